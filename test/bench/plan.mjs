// What the benchmark measures: workloads, tools, and the ratios that Syscope promises. Data and pure functions only.

/** Calls a run: enough for a stable mean, few enough that a slow tool takes about a second. */
const CALLS = { pinned: 10_000, free: 10_000, fast: 200_000, strace_k: 120 };

const single = ['write', 'pread', 'openclose'].flatMap((kind) =>
  [2, 32].flatMap((depth) => [true, false].map((pinned) => ({ kind, depth, threads: 1, pinned }))),
);
const threaded = [2, 32].map((depth) => ({ kind: 'write', depth, threads: 8, pinned: false }));
export const WORKLOADS = [...single, ...threaded];

/** command: what stands before the program's own words; OUT is a fresh file, ALLOW runs a program under the least filter. */
export const TOOLS = [
  { name: 'untraced', command: [], fast: true },
  { name: 'seccomp, allowed', command: ['ALLOW'], fast: true },
  { name: 'syscope, left out', command: ['SYSCOPE', 'record', '--calls', 'none', '-o', 'OUT', '--'], fast: true },
  { name: 'syscope --no-stacks', command: ['SYSCOPE', 'record', '--no-stacks', '-o', 'OUT', '--'] },
  { name: 'syscope', command: ['SYSCOPE', 'record', '-o', 'OUT', '--'] },
  { name: 'strace -f', command: ['strace', '-f', '-o', 'OUT'] },
  { name: 'strace -f --seccomp-bpf', command: ['strace', '-f', '--seccomp-bpf', '-o', 'OUT'] },
  { name: 'strace -k', command: ['strace', '-f', '-k', '-o', 'OUT'], slow: true },
];

/** of / against, at most `most`, for the workloads that `where` chooses. */
export const TARGETS = [
  {
    name: 'without stacks / strace -f, pinned',
    of: 'syscope --no-stacks',
    against: 'strace -f',
    most: 0.9,
    where: (w) => w.pinned,
  },
  {
    name: 'without stacks / strace -f, unpinned, one thread',
    of: 'syscope --no-stacks',
    against: 'strace -f',
    most: 0.6,
    where: (w) => !w.pinned && w.threads === 1,
  },
  {
    name: 'without stacks / strace -f, 8 threads',
    of: 'syscope --no-stacks',
    against: 'strace -f',
    most: 1,
    where: (w) => w.threads > 1,
  },
  {
    name: 'left out / seccomp, allowed',
    of: 'syscope, left out',
    against: 'seccomp, allowed',
    most: 1.25,
    where: (w) => w.kind !== 'openclose',
  },
  { name: 'with stacks / without', of: 'syscope', against: 'syscope --no-stacks', most: 1.25, where: () => true },
  { name: 'with stacks / strace -k', of: 'syscope', against: 'strace -k', most: 1 / 30, where: () => true },
];

const KINDS = { write: 'write 1 byte', pread: 'pread 4 KiB', openclose: 'open, close' };

export function workloadName(w) {
  const where = w.pinned ? 'pinned' : w.threads > 1 ? `${w.threads} threads` : 'unpinned';
  return `${KINDS[w.kind]}, depth ${w.depth}, ${where}`;
}

/** Nothing stops: but for open and close, which shape descriptors, and so stop even if they are left out. */
const isFast = (tool, workload) => tool.fast === true && (tool.name !== 'syscope, left out' || workload.kind !== 'openclose');

/** Calls of each thread. An even number: an open has its close. */
export function callsOf(workload, tool, scale = 1) {
  const whole =
    tool.slow === true ? CALLS.strace_k : isFast(tool, workload) ? CALLS.fast : workload.pinned ? CALLS.pinned : CALLS.free;
  return Math.max(2, Math.round((whole * scale) / workload.threads / 2) * 2);
}

export function statistics(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** Ratio of two tools on one workload, round by round: both were measured within the same seconds. */
export function ratio(rounds, of, against) {
  return statistics(rounds.map((round) => round[of] / round[against]));
}
