/** What can't work says so in one clear sentence with what to do, with the status a shell would give, and leaves nothing behind. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { calls, newTrace, ofKind, recordCommand, rowsOf, run } from './support/syscope';
import { freshFolder, target } from './support/targets';

const folder = freshFolder('bad');
const file = (name: string, content: string | Buffer, mode = 0o755): string => {
  const full = path.join(folder, name);
  fs.writeFileSync(full, content, { mode });
  return full;
};
const oneSentence = /^syscope: [^\n]+\.\n$/;
/** Offset of e_machine in an ELF header, and a machine that this one is not (AArch64). */
const MACHINE_OFFSET = 18;
const OTHER_MACHINE = 183;

function foreignProgram(): Buffer {
  const bytes = fs.readFileSync(target('threads'));
  bytes.writeUInt16LE(OTHER_MACHINE, MACHINE_OFFSET);
  return bytes;
}

interface Case {
  readonly title: string;
  readonly program: () => string;
  readonly status: number;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  { title: 'no such program', program: () => 'no-such-program-anywhere', status: 127, says: /there is no such program/ },
  { title: 'no such path', program: () => path.join(folder, 'nothing'), status: 127, says: /there is no such program/ },
  { title: 'a directory', program: () => folder, status: 126, says: /is a directory/ },
  { title: 'not executable', program: () => file('plain', 'x', 0o644), status: 126, says: /chmod \+x/ },
  { title: 'an empty file', program: () => file('empty', ''), status: 126, says: /is empty/ },
  { title: 'no script line', program: () => file('words', 'just words\n'), status: 126, says: /#! line/ },
  {
    title: 'a script without its interpreter',
    program: () => file('script', '#!/no/such/interpreter -x\n'),
    status: 126,
    says: /needs the interpreter \/no\/such\/interpreter/,
  },
  {
    title: 'another architecture',
    program: () => file('foreign', foreignProgram()),
    status: 126,
    says: /another kind of processor/,
  },
  {
    title: 'a damaged program',
    program: () => file('cut', fs.readFileSync(target('threads')).subarray(0, 100)),
    status: 126,
    says: /is damaged/,
  },
];

void describe('programs that can’t be started', () => {
  for (const { title, program, status, says } of cases) {
    void it(title, () => {
      const trace = newTrace();
      const ran = run(recordCommand(trace, [program()]));
      assert.equal(ran.status, status, ran.stderr);
      assert.match(ran.stderr, oneSentence);
      assert.match(ran.stderr, says);
      assert.equal(ran.stdout, '');
      if (!fs.existsSync(trace)) return;
      const rows = rowsOf(trace);
      assert.deepEqual(
        calls(rows).map((row) => row.name),
        ['execve'],
        'only the exec is recorded, not the complaint',
      );
    });
  }

  void it('a program that dies at once is recorded', () => {
    const trace = newTrace();
    const ran = run(recordCommand(trace, [target('signals'), 'abort']));
    assert.equal(ran.signal, 'SIGABRT');
    assert.ok(calls(rowsOf(trace)).length > 10);
  });
});

void describe('traces that can’t be written', () => {
  const refused = (trace: string, says: RegExp): void => {
    const ran = run(recordCommand(trace, [target('threads'), '1', '1', path.join(folder, 'unwritten')]));
    assert.equal(ran.status, 125);
    assert.match(ran.stderr, oneSentence);
    assert.match(ran.stderr, says);
    assert.ok(!fs.existsSync(path.join(folder, 'unwritten')), 'the program was not started');
  };

  void it('in a directory that does not exist', () => {
    refused(path.join(folder, 'none', 'x.syscope'), /directory does not exist/);
  });
  void it('over a directory', () => {
    refused(folder, /is a directory/);
  });
  void it('through a symbolic link', () => {
    const link = path.join(folder, 'link.syscope');
    fs.symlinkSync(path.join(folder, 'elsewhere'), link);
    refused(link, /symbolic link/);
    assert.ok(!fs.existsSync(path.join(folder, 'elsewhere')));
  });
  void it('over a file that is no trace', () => {
    const other = file('letter.txt', 'dear all', 0o644);
    refused(other, /no trace of yours/);
    assert.equal(fs.readFileSync(other, 'utf8'), 'dear all');
  });
});

void describe('no room', () => {
  void it('the program goes on, its person is told, and the trace ends with what was lost', () => {
    const trace = newTrace();
    const out = path.join(folder, 'room');
    const words = [target('threads'), '2', '3000', out];
    const ran = run(recordCommand(trace, words, ['--size-limit', '300000']));
    assert.equal(ran.status, 0);
    assert.equal(fs.statSync(out).size, 6000);
    assert.match(ran.stderr, oneSentence);
    assert.match(ran.stderr, /size limit.*the program goes on/);
    const rows = rowsOf(trace);
    assert.equal(ofKind(rows, 'lost').length, 1);
    const recorded = calls(rows).length;
    assert.ok(recorded > 50, `${String(recorded)} calls before`);
    assert.ok(fs.statSync(trace).size <= 300_000 + 65_536);
  });

  void it('a file size limit of the program’s own does not kill it', () => {
    const trace = newTrace();
    const command = recordCommand(trace, [target('signals'), 'info']).map((word) => `'${word}'`);
    const ran = run(['bash', '-c', `ulimit -f 700; ${command.join(' ')}`]);
    assert.equal(ran.stdout, 'value 42\n');
    assert.equal(ran.status, 0);
  });
});

void describe('command lines', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no program', ['record'], /no program/],
    ['an unknown option', ['record', '--colour', 'red', '--', 'true'], /no such option: --colour/],
    ['a number that is none', ['record', '--payload', 'much', '--', 'true'], /number of bytes/],
    ['a session file that is not there', ['record', '--session', path.join(folder, 'none')], /session file/],
    ['attach without a process', ['attach'], /process id/],
    ['attach to a process that is not there', ['attach', '-p', '2147483646'], /no process 2147483646/],
  ];
  for (const [title, words, says] of wrong) {
    void it(title, () => {
      const ran = run([SYSCOPE, ...words], { cwd: folder });
      assert.equal(ran.status, 125);
      assert.match(ran.stderr, oneSentence);
      assert.match(ran.stderr, says);
    });
  }

  void it('a session file that others may read is refused, and left alone', () => {
    const session = file('session', 'arg=true\0', 0o644);
    const ran = run([SYSCOPE, 'record', '--session', session]);
    assert.equal(ran.status, 125);
    assert.ok(fs.existsSync(session));
  });

  void it('a session file says program, arguments, environment and folder, and is removed', () => {
    const trace = newTrace();
    const words = [
      `out=${trace}`,
      `cwd=${folder}`,
      'env=GIVEN=a b',
      'unenv=TAKEN',
      'stacks=0',
      'program=/bin/sh',
      'arg=shell',
      'arg=-c',
    ];
    const session = file('own', [...words, 'arg=echo $0 $GIVEN $TAKEN; pwd', ''].join('\0'), 0o600);
    const ran = run([SYSCOPE, 'record', '--session', session], { env: { ...process.env, TAKEN: 'x' } });
    assert.equal(ran.stdout, `shell a b\n${folder}\n`);
    assert.ok(!fs.existsSync(session));
    assert.ok(calls(rowsOf(trace)).length > 0);
  });

  void it('without -o the trace is named by program and time, in the working directory', () => {
    const cwd = freshFolder('named');
    for (let i = 0; i < 2; i++) assert.equal(run([SYSCOPE, 'record', '--', target('signals'), 'info'], { cwd }).status, 0);
    const names = fs.readdirSync(cwd);
    assert.equal(names.length, 2, 'two recordings in the same second too');
    for (const name of names) {
      assert.match(name, /^signals-\d{8}-\d{6}(-2)?\.syscope$/);
      assert.equal(fs.statSync(path.join(cwd, name)).mode & 0o777, 0o600);
    }
  });

  void it('a tracer without its symbol program records all the same, and says that lines are looked up later', () => {
    const alone = path.join(freshFolder('alone'), 'syscope-tracer');
    fs.copyFileSync(path.join(path.dirname(fs.realpathSync(SYSCOPE)), 'native/syscope-tracer'), alone);
    fs.chmodSync(alone, 0o755);
    const trace = newTrace();
    const ran = run([alone, 'record', '-o', trace, '--', target('signals'), 'info']);
    assert.equal(ran.status, 0);
    const rows = rowsOf(trace);
    assert.match(JSON.stringify(ofKind(rows, 'warning')), /looked up when shown/);
    assert.ok(calls(rows, 'write').some((row) => (row.stack?.length ?? 0) > 1));
  });
});
