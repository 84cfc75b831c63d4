/** The debug session against a stand-in tracer: what each request answers, which events come and in which order. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ResolvedFrame } from '../../../extension/trace/engineProtocol';
import type { DescribedDetails } from '../../../extension/trace/timelineProtocol';
import { fakeInstallation } from './fakeTracer';
import { Client, described, messageOf, testHost } from './sessionClient';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-session-test-'));
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});
const installation = fakeInstallation(folder);
const program = process.execPath; // any program: the stand-in starts none
let traces = 0;
const newTrace = (): string => path.join(folder, `t${String(traces++)}.syscope`);

function internal(mode: string, more: object = {}): object {
  return { program, args: [mode], cwd: folder, console: 'internalConsole', ...more };
}

async function start(
  mode: string,
  more: object = {},
  over = {},
): Promise<{ client: Client; log: ReturnType<typeof testHost>['log'] }> {
  const { host, log } = testHost(installation, newTrace, over);
  const client = new Client(host);
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const response = await client.request('launch', internal(mode, more));
  assert.equal(response.success, true, messageOf(response));
  return { client, log };
}

async function failure(args: object, over = {}): Promise<string> {
  const { host } = testHost(installation, newTrace, over);
  const client = new Client(host);
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const response = await client.request('launch', args);
  assert.equal(response.success, false);
  assert.ok(!client.names().includes('process'));
  return (response.body as DebugProtocol.ErrorResponse['body']).error?.variables?.['message'] ?? '';
}

test('a launch says its process, threads, exit status and end, in order', async () => {
  const { client, log } = await start('quick');
  const exited = await client.event('exited');
  await client.event('terminated');
  assert.equal(exited['exitCode'], 3);
  const names = client.names().filter((name) => name !== 'output' && name !== 'thread');
  assert.deepEqual(names, ['initialized', 'process', 'exited', 'terminated']);
  const body = await client.event('process');
  assert.equal(body['systemProcessId'], 100);
  assert.equal(body['startMethod'], 'launch');
  assert.deepEqual(log.ended, [log.recordings[0]?.trace]);
  assert.match(client.output('console'), /standard input is empty/);
});

test('the session file carries what the configuration says, and is private', async () => {
  const { client, log } = await start('quick', {
    env: { ADDED: 'a=b', REMOVED: null },
    stopOnEntry: true,
    capture: { stacks: false, payloadBytes: 32 },
  });
  await client.event('terminated');
  const words = JSON.parse(fs.readFileSync(log.recordings[0]?.trace ?? '', 'utf8')) as string[];
  for (const word of ['payload=32', 'stacks=0', 'stop_on_entry=1', `cwd=${folder}`, 'env=ADDED=a=b', 'unenv=REMOVED'])
    assert.ok(words.includes(word), word);
  assert.deepEqual(words.slice(-2), [`arg=${program}`, 'arg=quick']);
});

test('child processes are threads named after them, and short ones are never mentioned', async () => {
  const { client } = await start('child');
  await client.event('thread', ({ threadId }) => threadId === 102);
  const response = await client.request('threads');
  const { threads } = response.body as { threads: { id: number; name: string }[] };
  assert.deepEqual(threads, [
    { id: 100, name: `${path.basename(program)} [100]` },
    { id: 101, name: 'child [101]' },
    { id: 102, name: 'worker [101] thread 102' },
  ]);
  assert.ok(client.events.every((event) => event.event !== 'thread' || (event.body as { threadId: number }).threadId < 200));
  assert.equal(client.output('stdout'), 'out\n');
  assert.equal(client.output('stderr'), 'err\n');
  await client.request('disconnect', { terminateDebuggee: true });
});

test('pause, step and continue reach the tracer and are told as events', async () => {
  const { client } = await start('wait');
  assert.equal((await client.request('pause', { threadId: 100 })).success, true);
  assert.equal((await client.event('stopped'))['reason'], 'pause');
  for (const command of ['next', 'stepIn', 'stepOut'])
    assert.equal((await client.request(command, { threadId: 100 })).success, true);
  assert.equal((await client.event('stopped', ({ reason }) => reason === 'step'))['threadId'], 100);
  const step = client.order.slice(client.order.indexOf('=next'));
  assert.deepEqual(
    step.slice(0, 3),
    ['=next', 'continued', 'stopped'],
    'VS Code takes the answer for the moment at which the thread runs',
  );
  const wrong = await client.request('next', { threadId: 999 });
  assert.equal(wrong.success, false);
  const response = await client.request('continue', { threadId: 100 });
  assert.deepEqual(response.body, { allThreadsContinued: true });
  await client.event('continued', ({ allThreadsContinued }) => allThreadsContinued === true);
  await client.request('terminate');
  await client.event('terminated');
});

test('a held thread shows its call, the stack below it and the arguments', async () => {
  const { client } = await start(
    'wait',
    {},
    {
      describe: (_: string, event: number) =>
        Promise.resolve({ ...described, details: withStack(), call: { ...described.call, id: event } }),
    },
  );
  const refused = await client.request('stackTrace', { threadId: 100 });
  assert.equal(refused.success, false);
  await client.request('pause', { threadId: 100 });
  await client.event('stopped');
  const { stackFrames, totalFrames } = (await client.request('stackTrace', { threadId: 100 }))
    .body as DebugProtocol.StackTraceResponse['body'];
  assert.equal(totalFrames, 3);
  assert.deepEqual(
    stackFrames.map(({ name, line, presentationHint }) => [name, line, presentationHint]),
    [
      ['write(1, "hi\\n", 3)', 0, 'label'],
      ['libc.so.6+0x10', 0, 'subtle'],
      ['main', 12, undefined],
    ],
  );
  assert.equal(stackFrames[2]?.source?.path, '/src/main.c');
  const { scopes } = (await client.request('scopes', { frameId: stackFrames[0]?.id }))
    .body as DebugProtocol.ScopesResponse['body'];
  const { variables } = (await client.request('variables', { variablesReference: scopes[0]?.variablesReference }))
    .body as DebugProtocol.VariablesResponse['body'];
  assert.deepEqual(
    variables.slice(2, 5).map(({ name, value }) => [name, value]),
    [
      ['fd', '1'],
      ['buf', '"hi\\n"'],
      ['count', '3'],
    ],
  );
  const payload = (await client.request('variables', { variablesReference: variables[3]?.variablesReference }))
    .body as DebugProtocol.VariablesResponse['body'];
  const [copied] = payload.variables;
  assert.equal(copied?.value, '3 bytes');
  const bytes = (await client.request('variables', { variablesReference: copied.variablesReference }))
    .body as DebugProtocol.VariablesResponse['body'];
  assert.deepEqual(
    bytes.variables.slice(0, 2).map(({ value }) => value),
    ['hi\\x0a', '68 69 0a'],
  );
  await client.request('disconnect', { terminateDebuggee: true });
});

test('the first Stop asks, the second kills', async () => {
  const { client } = await start('stubborn');
  assert.equal((await client.request('terminate')).success, true);
  assert.ok(!client.names().includes('exited'));
  await client.request('disconnect', { terminateDebuggee: true });
  assert.equal((await client.event('exited'))['exitCode'], 128 + 9);
  await client.event('terminated');
});

test('a window that is closed or reloaded leaves the recording running', async () => {
  const { client, log } = await start('wait');
  await client.request('disconnect', {});
  assert.ok(!client.names().includes('exited'));
  const words = JSON.parse(fs.readFileSync(log.recordings[0]?.trace ?? '', 'utf8')) as string[];
  const control = words.find((word) => word.startsWith('control='))?.slice('control='.length) ?? '';
  const peer = net.connect(control);
  const said = await new Promise<string>((resolve, reject) => {
    peer.once('data', (data) => {
      resolve(data.toString());
    });
    peer.once('error', reject);
  });
  assert.match(said, /"hello"/);
  const closed = new Promise((resolve) => peer.resume().once('close', resolve));
  peer.write('1 kill\n');
  await closed;
});

test('restart ends the program, starts it with the new arguments and names the trace that it replaces', async () => {
  const { client, log } = await start('stubborn');
  const response = await client.request('restart', { arguments: internal('wait') });
  assert.equal(response.success, true, messageOf(response));
  assert.equal(log.recordings.length, 2);
  const [first, second] = log.recordings;
  assert.deepEqual(log.expected, [
    { trace: first?.trace, replaces: undefined },
    { trace: second?.trace, replaces: first?.trace },
  ]);
  assert.deepEqual(log.failed, []);
  assert.ok(!client.names().includes('terminated'));
  await client.request('terminate');
  await client.event('terminated');
  assert.equal(client.names().filter((name) => name === 'terminated').length, 1);
});

test('a lost connection is made again', async () => {
  const { client } = await start('drop');
  for (const deadline = Date.now() + 5_000; ;) {
    const response = await client.request('pause', { threadId: 100 });
    if (response.success) break;
    assert.ok(Date.now() < deadline, messageOf(response));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.event('stopped');
  assert.equal(client.names().filter((name) => name === 'process').length, 1);
  await client.request('disconnect', { terminateDebuggee: true });
});

test('attach is ended by detaching, whatever the client asks', async () => {
  const { host, log } = testHost(installation, newTrace);
  const client = new Client(host);
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const response = await client.request('attach', { processId: String(process.ppid) });
  assert.equal(response.success, true, messageOf(response));
  assert.equal(log.recordings[0]?.attached, true);
  assert.equal((await client.event('process'))['startMethod'], 'attach');
  await client.request('disconnect', { terminateDebuggee: true });
  await client.event('terminated');
  assert.ok(!client.names().includes('exited'));
});

test('in the terminal one short command starts the tracer', async () => {
  const { host } = testHost(installation, newTrace);
  const client = new Client(host);
  const typed: string[][] = [];
  const { terminal } = client;
  client.terminal = (args) => {
    typed.push([...args]);
    return terminal(args);
  };
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const response = await client.request('launch', { program, args: ['quick'], cwd: folder });
  assert.equal(response.success, true, messageOf(response));
  await client.event('terminated');
  const [command = []] = typed;
  assert.deepEqual(command.slice(0, 3), [installation.command, 'record', '--session']);
  assert.equal(command.length, 4);
});

test('what fails at the start is said in one sentence', async () => {
  assert.match(await failure({}), /"program" is missing/);
  assert.match(
    await failure({ program: '/no/such/program', console: 'internalConsole', cwd: folder }),
    /There is no program "\/no\/such\/program"/,
  );
  assert.match(await failure(internal('refuse')), /ptrace is not permitted here/);
  assert.match(
    await failure(internal('quick', { cwd: '/no/such/folder' })),
    /working directory "\/no\/such\/folder" does not exist/,
  );
  assert.match(
    await failure(internal('quick', { traceFile: '/no/such/folder/t.syscope' })),
    /folder "\/no\/such\/folder" of "traceFile" does not exist/,
  );
  assert.match(await failure(internal('quick'), { trusted: false }), /not trusted/);
  const missing = { command: '/no/syscope', tracer: '/no/tracer' };
  assert.match(await failure(internal('quick'), { installation: missing }), /missing from the extension/);
  const foreign = { command: installation.command, tracer: installation.command };
  assert.match(await failure(internal('quick'), { installation: foreign }), /not built for x86-64/);
});

test('a terminal that cannot be opened is said, with the way round it', async () => {
  const { host, log } = testHost(installation, newTrace);
  const client = new Client(host);
  client.terminal = () => 'no pty';
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const response = await client.request('launch', { program, args: ['quick'], cwd: folder });
  assert.equal(response.success, false);
  assert.match(log.offers[0] ?? '', /The terminal could not be opened: no pty/);
});

test('a slow terminal is said, with the way round it, and waited for', async () => {
  const { host, log } = testHost(installation, newTrace);
  const client = new Client(host);
  const { terminal } = client;
  client.terminal = (args) => {
    setTimeout(() => terminal(args), 600);
    return undefined;
  };
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const response = await client.request('launch', { program, args: ['quick'], cwd: folder });
  assert.equal(response.success, true, messageOf(response));
  assert.match(log.offers[0] ?? '', /has not started the program within 10 s.*internalConsole/);
  await client.event('terminated');
});

test('Stop while the start still waits cancels it', async () => {
  const { host, log } = testHost(installation, newTrace);
  const client = new Client(host);
  await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
  const launch = client.request('launch', internal('mute'));
  await client.event('output');
  await client.request('terminate');
  const response = await launch;
  assert.equal(response.success, false);
  assert.deepEqual(
    log.failed,
    log.expected.map(({ trace }) => trace),
  );
  assert.equal(log.failed.length, 1);
});

test('without tracing the program runs as it is', async () => {
  for (const console of ['internalConsole', 'integratedTerminal']) {
    const { host, log } = testHost(installation, newTrace);
    const client = new Client(host);
    await client.request('initialize', { adapterID: 'syscope', pathFormat: 'path' });
    const file = path.join(folder, `plain-${console}`);
    const args = ['-e', `require('fs').writeFileSync(${JSON.stringify(file)}, process.env.MARK + process.cwd())`];
    const response = await client.request('launch', {
      program,
      args,
      cwd: folder,
      console,
      noDebug: true,
      env: { MARK: "it's " },
    });
    assert.equal(response.success, true, messageOf(response));
    await client.event('terminated');
    assert.equal(fs.readFileSync(file, 'utf8'), `it's ${fs.realpathSync(folder)}`);
    assert.deepEqual([log.recordings, log.expected], [[], []]);
  }
});

test('line breakpoints are unverified, with the reason', async () => {
  const { client } = await start('wait');
  const response = await client.request('setBreakpoints', {
    source: { path: '/src/main.c' },
    breakpoints: [{ line: 3 }, { line: 9 }],
  });
  const { breakpoints } = response.body as DebugProtocol.SetBreakpointsResponse['body'];
  assert.deepEqual(
    breakpoints.map(({ verified, line }) => [verified, line]),
    [
      [false, 3],
      [false, 9],
    ],
  );
  assert.match(breakpoints[0]?.message ?? '', /does not stop at lines/);
  assert.equal((await client.request('evaluate', { expression: '1' })).success, false);
  await client.request('disconnect', { terminateDebuggee: true });
});

function withStack(): DescribedDetails['details'] {
  const frame = {
    buildId: '',
    inlined: false,
    guess: false,
    signal: false,
    missing: undefined,
    sourceHash: undefined,
    sourceMtimeMs: undefined,
    moduleMtimeMs: undefined,
  };
  const frames: ResolvedFrame[] = [
    {
      ...frame,
      address: 0x10n,
      module: '/usr/lib/libc.so.6',
      offset: 0x10n,
      function: undefined,
      location: undefined,
      missing: 'no-debug-info',
    },
    {
      ...frame,
      address: 0x20n,
      module: '/src/a.out',
      offset: 0x20n,
      function: 'main',
      location: { file: '/src/main.c', line: 12, column: 3 },
    },
  ];
  return { call: described.call, lane: 1, stack: { frames, end: 'complete' } };
}
