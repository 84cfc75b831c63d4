// `npm run bench`: what recording costs a call, beside strace, in one run. Ratios count; times are this machine's and this hour's.
//   npm run bench -- [--rounds N] [--scale X] [--only WORD]… [--json FILE]
// Every round runs every tool once on every workload, so that what disturbs the machine disturbs all of them alike.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TOOLS, WORKLOADS, callsOf, workloadName } from './plan.mjs';
import { mainTable, targetTable } from './report.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));
const syscope = process.env.SYSCOPE ?? path.join(root, 'dist/syscope');
const RUN_LIMIT_MS = 120_000;

function fail(message) {
  console.error(message);
  process.exit(1);
}

function options() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  const scale = Number(values.scale);
  if (!Number.isInteger(rounds) || rounds < 1 || !(scale > 0)) fail('--rounds is a whole number, --scale a positive one.');
  return { ...values, rounds, scale };
}

/** strace is what we are measured against: without it there is nothing to print. */
function checkTools() {
  if (!fs.existsSync(syscope)) fail(`${syscope} is missing: npm run build`);
  for (const tool of ['strace', 'cc', 'taskset']) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
    if (!found) fail(`${tool} is needed: apt-get install ${tool === 'cc' ? 'gcc' : tool === 'taskset' ? 'util-linux' : tool}`);
  }
}

function build(folder) {
  const program = path.join(folder, 'workload');
  execFileSync('cc', ['-O1', '-g', '-fno-optimize-sibling-calls', '-pthread', '-o', program, path.join(here, 'workload.c')]);
  const allow = path.join(folder, 'allow');
  execFileSync('cc', ['-O1', '-o', allow, path.join(here, 'allow.c')]);
  const file = path.join(folder, 'block');
  fs.writeFileSync(file, Buffer.alloc(4096, 'x'));
  return { program, file, allow };
}

/** Nanoseconds a call. */
function measure({ folder, program, file, allow, workload, tool, scale, cpu }) {
  const out = path.join(folder, 'out');
  const places = { OUT: out, SYSCOPE: syscope, ALLOW: allow };
  const words = tool.command.map((word) => places[word] ?? word);
  const own = [program, workload.kind, callsOf(workload, tool, scale), workload.depth, workload.threads, file].map(String);
  const pin = workload.pinned ? ['taskset', '-c', String(cpu)] : [];
  const [command, ...args] = [...pin, ...words, ...own];
  const run = spawnSync(command, args, { encoding: 'utf8', timeout: RUN_LIMIT_MS, env: { ...process.env, LC_ALL: 'C' } });
  fs.rmSync(out, { force: true });
  const match = /^(\d+) (\d+)$/m.exec(run.stdout ?? '');
  if (run.status !== 0 || match === null)
    fail(`${tool.name} on ${workloadName(workload)} failed (${run.error?.message ?? `status ${run.status}`}):\n${run.stderr}`);
  return Number(match[1]) / Number(match[2]);
}

/** The CPUs that this process may use; the last one has the least to do with interrupts. */
function lastCpu() {
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return Number(list.split(/[,-]/).at(-1));
}

function main() {
  const { rounds, scale, only, json } = options();
  checkTools();
  const workloads = WORKLOADS.filter((w) => only.every((word) => workloadName(w).includes(word)));
  if (workloads.length === 0) fail(`No workload has ${only.join(' and ')}: ${WORKLOADS.map(workloadName).join(' · ')}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-bench-'));
  const results = workloads.map((workload) => ({ workload, rounds: [] }));
  try {
    const built = { folder, ...build(folder), scale, cpu: lastCpu() };
    for (let round = 0; round < rounds; round++) {
      for (const result of results) {
        if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1}/${rounds}: ${workloadName(result.workload)}\x1b[K`);
        const order = round % 2 === 0 ? TOOLS : [...TOOLS].reverse();
        result.rounds.push(
          Object.fromEntries(order.map((tool) => [tool.name, measure({ ...built, workload: result.workload, tool })])),
        );
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(`${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.cpus().length} CPUs, Linux ${os.release()}, ${rounds} rounds`);
  console.log('median (least-most); a ratio is taken within each round\n');
  console.log(mainTable(results));
  console.log(`\n${targetTable(results)}`);
  if (json !== undefined) fs.writeFileSync(json, JSON.stringify(results));
}

main();
