/**
 * Finds the file that holds a source here and now: mapped, at its own path, or searched by name in the workspace. Remembers
 * answers, because every event asks for the same few files. Also whether a source has changed since the program was
 * built. Which frame is opened is decided in `sourceFrame.ts`.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ResolvedFrame } from '../trace/engineProtocol';
import { bestBySuffix, mapSource, normalise } from './sourcePath';

export type SourceFileMap = Readonly<Record<string, string>>;

const REMEMBER_MS = 5_000;
const MAX_CANDIDATES = 200;
const MAX_HASHED_BYTES = 16 << 20;

export class SourceFiles {
  private readonly answers = new Map<string, { readonly until: number; readonly found: Promise<string | undefined> }>();

  /** The local path, or undefined. Never throws: a file that cannot be reached is not there. */
  locate(file: string, sourceFileMap: SourceFileMap): Promise<string | undefined> {
    const key = JSON.stringify([file, sourceFileMap]);
    const known = this.answers.get(key);
    if (known !== undefined && known.until > Date.now()) return known.found;
    if (this.answers.size > 1_000) this.answers.clear();
    const found = this.search(file, sourceFileMap).catch(() => undefined);
    this.answers.set(key, { until: Date.now() + REMEMBER_MS, found });
    return found;
  }

  /** Unfinished searches and old answers don't outlive a change of the workspace. */
  forget(): void {
    this.answers.clear();
  }

  private async search(file: string, sourceFileMap: SourceFileMap): Promise<string | undefined> {
    for (const candidate of [mapSource(file, sourceFileMap), normalise(file)]) {
      if (candidate !== undefined && path.isAbsolute(candidate) && (await isRegularFile(candidate))) return candidate;
    }
    const name = path.basename(file);
    if (name === '' || (vscode.workspace.workspaceFolders ?? []).length === 0) return undefined;
    const pattern = `**/${name.replace(/[[\]{}*?!\\]/g, '?')}`; // a name from a trace is text, not a pattern
    const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git}/**', MAX_CANDIDATES);
    const paths = found.filter((uri) => uri.scheme === 'file' && path.basename(uri.fsPath) === name).map((uri) => uri.fsPath);
    const best = bestBySuffix(file, paths);
    return best !== undefined && (await isRegularFile(best)) ? best : undefined;
  }
}

/** Whether the file differs from what the program was built from, as far as the trace can tell. */
export async function isStale(local: string, frame: ResolvedFrame): Promise<boolean> {
  const stat = await fs.stat(local).catch(() => undefined);
  if (stat === undefined) return false;
  if (frame.sourceHash !== undefined && stat.size <= MAX_HASHED_BYTES) {
    const content = await fs.readFile(local).catch(() => undefined);
    if (content !== undefined && createHash('sha256').update(content).digest('hex') !== frame.sourceHash) return true;
  }
  return frame.moduleMtimeMs !== undefined && sourceTime(stat.mtimeMs, frame) > frame.moduleMtimeMs;
}

/** The source as it was when the trace ended says whether it was newer than the program; a mere later touch says nothing. */
function sourceTime(now: number, frame: ResolvedFrame): number {
  return frame.sourceHash === undefined ? now : (frame.sourceMtimeMs ?? now);
}

async function isRegularFile(file: string): Promise<boolean> {
  const stat = await fs.stat(file).catch(() => undefined);
  return stat?.isFile() === true;
}

/** `sourceFileMap` of every "Trace Syscalls" configuration of the workspace, for traces that no session of ours recorded. */
export function configuredSourceFileMap(): SourceFileMap {
  const result: Record<string, string> = {};
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const configurations: unknown = vscode.workspace.getConfiguration('launch', folder.uri).get('configurations');
    if (!Array.isArray(configurations)) continue;
    for (const configuration of configurations as readonly unknown[])
      Object.assign(result, mapOf(configuration, folder.uri.fsPath));
  }
  return result;
}

function mapOf(configuration: unknown, folder: string): SourceFileMap {
  if (typeof configuration !== 'object' || configuration === null) return {};
  const { type, sourceFileMap } = configuration as { readonly type?: unknown; readonly sourceFileMap?: unknown };
  if (type !== 'syscope' || typeof sourceFileMap !== 'object' || sourceFileMap === null) return {};
  const entries = Object.entries(sourceFileMap as Record<string, unknown>).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(
    entries.map((entry) => entry.map((text) => text.replaceAll('${workspaceFolder}', folder)) as [string, string]),
  );
}
