/**
 * The file of `strace -f -o FILE`, Syscope's or strace's own, as tasks (processes and threads) with their lines: calls that
 * other tasks' lines interrupt are put together again, and who made whom is read from the results. Pure.
 */

/** A line without its pid. */
export interface Line {
  readonly text: string;
  /** The first half, where "<unfinished ...>" stood behind it. */
  readonly firstHalf?: string;
}

/** A process's only thread, or one of several. */
export interface Task {
  readonly tid: number;
  /** Where it stands in the tree: "1" the root, "1.2" the second that "1" made. Runs are compared place by place. */
  readonly place: string;
  /** The place of its process's first thread. */
  readonly process: string;
  /** What it executed, in order: names without folders. */
  readonly programs: readonly string[];
  readonly lines: readonly Line[];
}

interface OpenTask {
  readonly tid: number;
  readonly lines: Line[];
  readonly made: { readonly tid: number; readonly thread: boolean }[];
  firstHalf: string | undefined;
  ended: boolean;
}

const PREFIXED = /^(\d+) +(.*)$/s;
const UNFINISHED = / ?<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. \w+ resumed>/;
/** A call that makes a task: its result is the task's id. */
const MAKES = /^(?:v?fork|clone3?)\(.*\) += (\d+)(?: <[\d.]+>)?$/s;
const EXECUTES = /^execve(?:at)?\(.*?"((?:[^"\\]|\\.)*)".*\) += 0$/s;
const ENDS = /^\+\+\+ (?:exited|killed|superseded) /;

/** The tasks of a log, parents before children. */
export function parseLog(text: string): readonly Task[] {
  const all: OpenTask[] = [];
  const running = new Map<number, OpenTask>();
  for (const line of text.split('\n')) {
    const [, prefix = '', rest = ''] = PREFIXED.exec(line) ?? [];
    if (prefix === '') {
      if (line !== '') throw new Error(`not a line of strace -f: ${line}`);
      continue;
    }
    const tid = Number(prefix);
    let task = running.get(tid);
    if (task === undefined || task.ended) {
      task = { tid, lines: [], made: [], firstHalf: undefined, ended: false };
      running.set(tid, task);
      all.push(task);
    }
    addLine(task, rest);
  }
  return placed(all);
}

function addLine(task: OpenTask, text: string): void {
  if (UNFINISHED.test(text)) {
    task.firstHalf = text.replace(UNFINISHED, '');
    return;
  }
  const resumed = RESUMED.exec(text);
  const whole = resumed === null ? text : `${task.firstHalf ?? '?'}${text.slice(resumed[0].length)}`;
  const made = MAKES.exec(whole)?.[1];
  if (made !== undefined) task.made.push({ tid: Number(made), thread: whole.includes('CLONE_THREAD') });
  if (ENDS.test(whole)) task.ended = true;
  task.lines.push(
    resumed === null || task.firstHalf === undefined
      ? { text: evenlySpaced(whole) }
      : { text: evenlySpaced(whole), firstHalf: task.firstHalf },
  );
  if (resumed !== null) task.firstHalf = undefined;
}

/** The column of " = " depends on where a line was broken. */
const evenlySpaced = (text: string): string => text.replace(/\) += (?=[-?\d])/, ') = ');

/** Gives every task its place. One that nobody is seen to make stands beside the root: "2". */
function placed(all: readonly OpenTask[]): Task[] {
  const left = new Set(all);
  const tasks: Task[] = [];
  const place = (task: OpenTask, at: string, process: string): void => {
    left.delete(task);
    const programs = task.lines.flatMap(({ text }) => EXECUTES.exec(text)?.[1]?.replace(/.*\//, '') ?? []);
    tasks.push({ tid: task.tid, place: at, process, programs, lines: task.lines });
    let number = 0;
    for (const { tid, thread } of task.made) {
      const child = [...left].find((one) => one.tid === tid);
      const childPlace = `${at}.${String(++number)}`;
      if (child !== undefined) place(child, childPlace, thread ? process : childPlace);
    }
  };
  for (let root = 1, [task] = left; task !== undefined; root++, [task] = left) place(task, String(root), String(root));
  return tasks;
}
