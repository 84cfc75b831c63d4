/**
 * The private folder of one run: the session file that `syscope record --session` reads, and the control socket.
 * A folder of our own (0700), because a name in a shared temporary folder could be taken by somebody else. Node only.
 */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { filterOptions, type LaunchAttributes } from './attributes';

export interface RunFolder {
  readonly folder: string;
  /** Short names: the terminal shows the first, and the second must fit sockaddr_un. */
  readonly sessionFile: string;
  readonly controlSocket: string;
}

/** sun_path holds 108 bytes with its final NUL (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;
const PREFIX = 'syscope-';

/** The words of a session file, in order (ARCHITECTURE.md, "record --session"). */
export function sessionWords(launch: LaunchAttributes, cwd: string, trace: string, control: string): readonly string[] {
  const words = [`out=${trace}`, `control=${control}`, `payload=${String(launch.capture.payloadBytes)}`];
  words.push(`stacks=${launch.capture.stacks ? '1' : '0'}`, `stop_on_entry=${launch.stopOnEntry ? '1' : '0'}`, `cwd=${cwd}`);
  for (const [name, value] of filterOptions(launch.capture.filters)) words.push(`${name}=${value}`);
  for (const [name, value] of Object.entries(launch.env))
    words.push(value === undefined ? `unenv=${name}` : `env=${name}=${value}`);
  for (const argument of [launch.program, ...launch.args]) words.push(`arg=${argument}`);
  return words;
}

/** Ends every word with a NUL, so that paths and arguments may hold anything else. */
export function encodeWords(words: readonly string[]): string {
  return words.map((word) => `${word}\0`).join('');
}

export async function createRunFolder(): Promise<RunFolder> {
  let problem: unknown;
  for (const base of await folderBases()) {
    try {
      const folder = await fs.mkdtemp(path.join(base, PREFIX));
      return { folder, sessionFile: path.join(folder, 's'), controlSocket: path.join(folder, 'c') };
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(
    `No private folder could be made for the session: ${problem instanceof Error ? problem.message : String(problem)}.`,
  );
}

export async function writePrivately(file: string, content: string): Promise<void> {
  await fs.writeFile(file, content, { mode: 0o600, flag: 'wx' });
}

export async function removeRunFolder(run: RunFolder): Promise<void> {
  await fs.rm(run.folder, { recursive: true, force: true });
}

/** What runs of earlier windows left behind: our own folders, older than a minute, on whose socket nobody can listen. */
export async function removeStaleRunFolders(): Promise<void> {
  for (const base of await folderBases()) {
    for (const name of await fs.readdir(base).catch(() => [])) {
      if (name.startsWith(PREFIX)) await removeIfStale(path.join(base, name)).catch(() => undefined);
    }
  }
}

async function removeIfStale(folder: string): Promise<void> {
  const stat = await fs.lstat(folder);
  if (!stat.isDirectory() || stat.uid !== os.userInfo().uid || (stat.mode & 0o077) !== 0 || Date.now() - stat.mtimeMs < 60_000)
    return;
  const names = await fs.readdir(folder);
  if (names.some((name) => name !== 's' && name !== 'p')) return;
  await fs.rm(folder, { recursive: true, force: true });
}

/** Candidates in order of preference, those left out in which a socket's path would be too long. */
async function folderBases(): Promise<readonly string[]> {
  const candidates = new Set([process.env['XDG_RUNTIME_DIR'] ?? '', os.tmpdir(), '/tmp']);
  const fitting: string[] = [];
  for (const base of candidates) {
    if (!path.isAbsolute(base) || Buffer.byteLength(path.join(base, `${PREFIX}XXXXXX`, 'c')) > MAX_SOCKET_PATH_BYTES) continue;
    if (
      await fs.access(base, fs.constants.W_OK).then(
        () => true,
        () => false,
      )
    )
      fitting.push(base);
  }
  return fitting;
}
