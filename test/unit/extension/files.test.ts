/** What the extension finds out from files: programs and why they cannot run, trace files, storage, processes. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { installationProblem } from '../../../extension/debug/install';
import { attachProblem, listProcesses } from '../../../extension/debug/processes';
import { findProgram, programProblem } from '../../../extension/debug/program';
import { findPrograms, programsFor } from '../../../extension/debug/programs';
import { createRunFolder, removeRunFolder, writePrivately } from '../../../extension/debug/sessionFile';
import { traceFileProblem } from '../../../extension/debug/traceFile';
import { isRecording, TraceStorage } from '../../../extension/views/storage';

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-files-test-')));
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer = '', mode = 0o644): string {
  const target = path.join(folder, name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, content, { mode });
  return target;
}

/** The head of an ELF file: 2 is a program at a fixed place, 3 one that can be moved, 1 an object file. */
function elf(machine: number, type = 3): Buffer {
  const head = Buffer.alloc(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  head.writeUInt16LE(type, 16);
  head.writeUInt16LE(machine, 18);
  return head;
}

const X86_64 = 62;

test('a program that can run has no problem; each other has its sentence', async () => {
  assert.equal(await programProblem(process.execPath), undefined);
  assert.equal(await programProblem(file('good.sh', '#!/bin/sh\n', 0o755)), undefined);
  assert.match((await programProblem(path.join(folder, 'none'))) ?? '', /There is no program/);
  assert.match((await programProblem(folder)) ?? '', /is a directory/);
  assert.match((await programProblem('/dev/null')) ?? '', /not a regular file/);
  assert.match((await programProblem(file('empty', '', 0o755))) ?? '', /empty file/);
  assert.match((await programProblem(file('bad.sh', '#!/no/interpreter\n', 0o755))) ?? '', /interpreter "\/no\/interpreter"/);
  assert.match((await programProblem(file('none.sh', '#!\n', 0o755))) ?? '', /names no interpreter/);
  assert.match((await programProblem(file('object.o', elf(X86_64, 1), 0o755))) ?? '', /object file/);
  assert.match((await programProblem(file('plain', elf(X86_64), 0o644))) ?? '', /not executable/);
});

test('a bare name is looked up on the path, a path from the working directory', async () => {
  const tool = file('bin/tool', '#!/bin/sh\n', 0o755);
  file('first/tool', 'not executable');
  assert.equal(await findProgram('tool', folder, `first:${path.dirname(tool)}`), tool);
  assert.equal(await findProgram('no-such-tool', folder, path.dirname(tool)), undefined);
  assert.equal(await findProgram('./bin/tool', folder, ''), tool);
});

test("the extension's own files are checked before anything starts", async () => {
  const command = file('dist/syscope', '#!/bin/sh\n', 0o755);
  const good = { command, tracer: file('dist/native/tracer', elf(X86_64), 0o755) };
  assert.equal(await installationProblem(good, 'linux', 'x64'), undefined);
  assert.match((await installationProblem(good, 'darwin', 'arm64')) ?? '', /Linux on x86-64 only/);
  const foreign = { command, tracer: file('dist/native/foreign', elf(183), 0o755) };
  assert.match((await installationProblem(foreign, 'linux', 'x64')) ?? '', /not built for x86-64/);
  const plain = { command, tracer: file('dist/native/plain', elf(X86_64), 0o644) };
  assert.match((await installationProblem(plain, 'linux', 'x64')) ?? '', /not executable/);
  assert.match((await installationProblem({ command, tracer: '/none' }, 'linux', 'x64')) ?? '', /missing/);
});

test('programs of a source file and of a workspace are found, libraries and sources are not', async () => {
  const root = path.join(folder, 'ws');
  const source = file('ws/src/demo.c', 'int main;');
  const built = file('ws/build/demo', elf(X86_64), 0o755);
  const beside = file('ws/src/demo.out', elf(X86_64, 2), 0o755);
  file('ws/build/libdemo.so.1', elf(X86_64), 0o755);
  file('ws/build/demo.o', elf(X86_64, 1), 0o755);
  file('ws/node_modules/x/tool', elf(X86_64), 0o755);
  assert.deepEqual(await programsFor(source, root), [beside, built]);
  assert.deepEqual([...(await findPrograms(root))].sort(), [built, beside].sort());
  const script = file('ws/run.sh', '#!/bin/sh\n', 0o755);
  assert.equal((await programsFor(script, root))[0], script);
});

test('only a trace is replaced by a trace', async () => {
  assert.equal(await traceFileProblem(path.join(folder, 'new.syscope')), undefined);
  const old = file('old.syscope', 'SYSCOPE\nrest');
  assert.equal(await traceFileProblem(old), undefined);
  assert.ok(!fs.existsSync(old), 'whoever has the old one open keeps it');
  assert.match((await traceFileProblem(file('letter.txt', 'Dear all'))) ?? '', /no Syscope trace, so it is not overwritten/);
  assert.match((await traceFileProblem(folder)) ?? '', /which is a directory/);
  fs.symlinkSync('/etc/passwd', path.join(folder, 'link.syscope'));
  assert.match((await traceFileProblem(path.join(folder, 'link.syscope'))) ?? '', /not overwritten/);
  assert.match((await traceFileProblem('/no/such/folder/t.syscope')) ?? '', /does not exist/);
});

test('the folder of a run is private, and short enough for a socket', async () => {
  const run = await createRunFolder();
  try {
    assert.equal(fs.statSync(run.folder).mode & 0o777, 0o700);
    assert.ok(Buffer.byteLength(run.controlSocket) <= 107);
    await writePrivately(run.sessionFile, 'x\0');
    assert.equal(fs.statSync(run.sessionFile).mode & 0o777, 0o600);
    await assert.rejects(writePrivately(run.sessionFile, 'y'), 'a file that is there already is not ours');
  } finally {
    await removeRunFolder(run);
  }
  assert.ok(!fs.existsSync(run.folder));
});

/** A header of a trace (ARCHITECTURE.md, "The trace file") whose tracer is the given process. */
function header(state: number, pid: number, startTime: bigint): Buffer {
  const head = Buffer.alloc(4096);
  head.write('SYSCOPE\n', 'latin1');
  head.writeUInt32LE(state, 48);
  head.writeUInt32LE(pid, 52);
  head.writeBigUInt64LE(startTime, 56);
  return head;
}

test('a trace is being recorded while its own tracer lives', async () => {
  const stat = fs.readFileSync('/proc/self/stat', 'utf8');
  const started = BigInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0');
  assert.equal(await isRecording(file('live.syscope', header(1, process.pid, started))), true);
  assert.equal(await isRecording(file('reused.syscope', header(1, process.pid, started + 1n))), false);
  assert.equal(await isRecording(file('done.syscope', header(2, process.pid, started))), false);
  assert.equal(await isRecording(file('short.syscope', 'SYSCOPE\n')), false);
});

test('storage makes room for a new trace and spares those in use', async () => {
  const stored = path.join(folder, 'storage');
  const storage = new TraceStorage(stored, (trace) => trace.endsWith('demo-0.syscope'));
  for (let i = 0; i < 25; i++) {
    const trace = file(`storage/demo-${String(i)}.syscope`, header(2, 1, 0n));
    fs.utimesSync(trace, 1_000 + i, 1_000 + i);
  }
  file('storage/notes.txt', 'not a trace');
  const made = await storage.newTrace('/usr/bin/demo'.split('/').at(-1) ?? '');
  assert.match(path.basename(made), /^demo-\d{4}-\d\d-\d\d-\d{6}\.syscope$/);
  const left = (await storage.list()).map((trace) => path.basename(trace.path));
  assert.equal(left.length, 19);
  assert.deepEqual(left.slice(0, 2), ['demo-24.syscope', 'demo-23.syscope']);
  assert.ok(left.includes('demo-0.syscope'), 'the oldest is in use');
  assert.ok(fs.existsSync(path.join(stored, 'notes.txt')));
});

test('processes are listed with their command lines, and what cannot be attached to is said', async () => {
  const own = (await listProcesses()).find(({ pid }) => pid === process.pid);
  assert.ok(own?.ours === true && own.command.includes(path.basename(process.execPath)));
  assert.match((await attachProblem(process.pid)) ?? '', /extension host itself/);
  assert.match((await attachProblem(2 ** 31 - 2)) ?? '', /There is no process/);
  assert.equal(await attachProblem(process.ppid), undefined);
});
