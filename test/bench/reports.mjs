// `npm run bench:reports`: how fast `summary` and the exports read a trace, and in how much memory.
//   npm run bench:reports -- [--calls N] [--rounds N]
// The trace is made for it (make_trace.c: a server's mix of calls, each with a stack), once whole and once a tenth as long, so that
// memory which grows with a trace shows. Every round runs every report once on both; exports go to /dev/null.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { statistics } from './plan.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));
const cli = path.join(root, 'dist/cli.js');
const WRITER = ['writer.c', 'writer_file.c', 'writer_segment.c', 'intern.c', 'crc32c.c', 'schema_tables.c'];
const REPORTS = [
  { name: 'summary', args: ['summary'] },
  ...['strace', 'jsonl', 'csv'].map((format) => ({ name: format, args: ['export', '--format', format, '-o', '/dev/null'] })),
];
const TIMES = /^TIMES (\d+) (\d+) (\d+)$/m;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function options() {
  const { values } = parseArgs({
    options: { calls: { type: 'string', default: '2000000' }, rounds: { type: 'string', default: '3' } },
  });
  const [calls, rounds] = [Number(values.calls), Number(values.rounds)];
  if (!Number.isInteger(calls) || calls < 1000 || !Number.isInteger(rounds) || rounds < 1)
    fail('--calls is a whole number from 1000 on, --rounds one from 1 on.');
  return { calls, rounds };
}

function build(folder) {
  const native = path.join(root, 'native');
  const program = path.join(folder, 'make_trace');
  const sources = [path.join(here, 'make_trace.c'), ...WRITER.map((file) => path.join(native, 'store', file))];
  const flags = ['-O2', '-D_GNU_SOURCE=', '-I', native, '-I', path.join(native, 'schema/gen'), '-pthread'];
  execFileSync('cc', [...flags, '-o', program, ...sources]);
  return program;
}

/** What a process that runs the command line says of itself at its end: CPU time in microseconds, and KiB. */
const SCRIPT = `
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.stderr.write('TIMES ' + userCPUTime + ' ' + systemCPUTime + ' ' + maxRSS + '\\n');
  });
  process.argv.splice(1, 1, ${JSON.stringify(cli)});
  require(${JSON.stringify(cli)});
`;

/** Seconds and MiB of one report. */
function measure(args, trace) {
  const begin = process.hrtime.bigint();
  const run = spawnSync(process.execPath, ['-e', SCRIPT, '--', 'x', ...args, trace], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 600_000,
  });
  const wall = Number(process.hrtime.bigint() - begin) / 1e9;
  const match = TIMES.exec(run.stderr);
  if (run.status !== 0 || match === null) fail(`${args.join(' ')} failed (status ${run.status}):\n${run.stderr}`);
  return { wall, cpu: (Number(match[1]) + Number(match[2])) / 1e6, mib: Number(match[3]) / 1024 };
}

const rate = (calls, { median, min, max }) =>
  `${thousands(calls / median)} (${thousands(calls / max)}-${thousands(calls / min)})`;
const thousands = (value) => (value >= 1e6 ? `${(value / 1e6).toFixed(2)}M` : `${Math.round(value / 1e3)}k`);

function print(results) {
  const head = ['report', 'calls', 'calls a second', 'calls a CPU second', 'peak memory, MiB'];
  const rows = results.map(({ name, calls, runs }) => [
    name,
    thousands(calls),
    rate(calls, statistics(runs.map(({ wall }) => wall))),
    rate(calls, statistics(runs.map(({ cpu }) => cpu))),
    statistics(runs.map(({ mib }) => mib)).max.toFixed(0),
  ]);
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log([line(head), widths.map((w) => '-'.repeat(w)).join('  '), ...rows.map(line)].join('\n'));
}

function main() {
  const { calls, rounds } = options();
  if (!fs.existsSync(cli)) fail(`${cli} is missing: npm run build`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-bench-'));
  try {
    const program = build(folder);
    const traces = [Math.round(calls / 10), calls].map((count) => ({ count, file: path.join(folder, `${count}.syscope`) }));
    for (const { count, file } of traces) execFileSync(program, [file, String(count)]);
    const results = REPORTS.flatMap(({ name, args }) =>
      traces.map(({ count, file }) => ({ name, args, calls: count, file, runs: [] })),
    );
    for (let round = 0; round < rounds; round++)
      for (const result of results) result.runs.push(measure(result.args, result.file));
    console.log(
      `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.cpus().length} CPUs, Node.js ${process.version}, ${rounds} rounds: median (least-most), with starting Node.js\n`,
    );
    print(results);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main();
