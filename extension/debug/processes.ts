/**
 * The processes that can be attached to, from /proc: the picker's list, and in a whole sentence why one cannot be traced.
 * Node only, no vscode.
 */
import * as fs from 'node:fs/promises';

export interface RunningProcess {
  readonly pid: number;
  readonly name: string;
  /** The command line, with spaces between the words; empty for a kernel thread. */
  readonly command: string;
  readonly ours: boolean;
}

/** The newest first. Kernel threads, which have no command line, are left out. */
export async function listProcesses(): Promise<readonly RunningProcess[]> {
  const names = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => readProcess(Number(name))));
  return found.filter((item): item is RunningProcess => item !== undefined && item.command !== '').sort((a, b) => b.pid - a.pid);
}

async function readProcess(pid: number): Promise<RunningProcess | undefined> {
  try {
    const folder = `/proc/${String(pid)}`;
    const [name, command, stat] = await Promise.all([
      fs.readFile(`${folder}/comm`, 'utf8'),
      fs.readFile(`${folder}/cmdline`, 'utf8'),
      fs.stat(folder),
    ]);
    return { pid, name: name.trimEnd(), command: commandLine(command), ours: stat.uid === process.getuid?.() };
  } catch {
    return undefined; // it ended while we looked
  }
}

/** proc(5): the words end with a NUL each. Control characters, which a program may put there, become spaces. */
export function commandLine(raw: string): string {
  return raw.replace(/[\0-\x1f\x7f]+/g, ' ').trim();
}

/** Undefined: nothing speaks against it that can be seen from here. */
export async function attachProblem(pid: number): Promise<string | undefined> {
  const status = await fs.readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return `There is no process ${String(pid)}: it may have ended. Pick one that runs.`;
  const tracer = Number(statusField(status, 'TracerPid') ?? '0');
  if (tracer !== 0)
    return `Process ${String(pid)} is traced by process ${String(tracer)} already, and a process has one tracer at a time: end that one first.`;
  if (pid === process.pid) return 'This process is the extension host itself, which would stop at its own calls: pick another.';
  if ((statusField(status, 'State') ?? '').startsWith('Z'))
    return `Process ${String(pid)} has ended already and only waits for its parent.`;
  return undefined;
}

export function statusField(status: string, name: string): string | undefined {
  return status
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();
}
