/**
 * From an event's stack to an open editor: puts `sourceFiles`, `sourceFrame` and `reveal` together for the timeline and the
 * debug sessions, and knows which trace has which `sourceFileMap`.
 */
import * as vscode from 'vscode';
import type { EventDetails } from '../trace/engineProtocol';
import { SourceReveal } from './reveal';
import { configuredSourceFileMap, isStale, SourceFiles, type SourceFileMap } from './sourceFiles';
import { chooseFrame, frameProblem, isSystemModule, type SourceChoice } from './sourceFrame';

/** Undefined: the source is open. */
export type RevealProblem = { readonly text: string; readonly severity: 'info' | 'warning' } | undefined;

export class Sources implements vscode.Disposable {
  private readonly files = new SourceFiles();
  private readonly reveal = new SourceReveal();
  private readonly maps = new Map<string, SourceFileMap>();
  private readonly watch = vscode.workspace.onDidChangeWorkspaceFolders(() => {
    this.files.forget();
  });

  /** The map of the configuration that recorded this trace. */
  setMap(trace: string, map: SourceFileMap): void {
    this.maps.set(trace, map);
  }

  async choose(trace: string, program: string, details: EventDetails): Promise<SourceChoice> {
    return chooseFrame(details.stack?.frames ?? [], await this.locals(trace, details), { folders: workspaceFolders(), program });
  }

  locate(file: string, map: SourceFileMap): Promise<string | undefined> {
    return this.files.locate(file, { ...configuredSourceFileMap(), ...map });
  }

  /** Opens the frame that was asked for, or the innermost one in the workspace. */
  async open(
    trace: string,
    program: string,
    details: EventDetails,
    asked: number | undefined,
    focus: boolean,
  ): Promise<RevealProblem> {
    const frames = details.stack?.frames ?? [];
    const locals = await this.locals(trace, details);
    const choice: SourceChoice =
      asked === undefined
        ? chooseFrame(frames, locals, { folders: workspaceFolders(), program })
        : { type: 'frame', frame: asked };
    if (choice.type === 'problem') return { text: choice.text, severity: 'warning' };
    const frame = frames[choice.frame];
    if (frame === undefined) return { text: 'This call has no such frame.', severity: 'warning' };
    const local = locals[choice.frame];
    const problem = frameProblem(frame, local);
    if (problem !== undefined || local === undefined || frame.location === undefined)
      return { text: problem ?? '', severity: 'warning' };
    const stale = await isStale(local, frame);
    await this.reveal.open({ file: local, line: frame.location.line, column: frame.location.column }, { focus, stale });
    return stale
      ? {
          text: `"${local}" changed since the program was built, so the line may have moved: build it and trace it again.`,
          severity: 'info',
        }
      : undefined;
  }

  dispose(): void {
    this.watch.dispose();
    this.reveal.dispose();
  }

  private locals(trace: string, details: EventDetails): Promise<readonly (string | undefined)[]> {
    const map = this.maps.get(trace) ?? {};
    const frames = details.stack?.frames ?? [];
    return Promise.all(
      frames.map(({ location, module }) =>
        location === undefined || isSystemModule(module) ? Promise.resolve(undefined) : this.locate(location.file, map),
      ),
    );
  }
}

function workspaceFolders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
}
