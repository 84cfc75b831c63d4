/** "Trace Syscalls" sessions in the real extension host: launching, holding, stopping, restarting, attaching, refusing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { readTrace } from './engine';
import {
  buildSample,
  compile,
  followSessions,
  inWorkspace,
  isAlive,
  lineOf,
  LOOPER,
  mayAttach,
  openTimeline,
  refusals,
  start,
  stopEverything,
  TEST_LIMIT_MS,
  timelineTabs,
  traceOf,
  type Traced,
  waitFor,
  workspaceFolder,
} from './support';

suite('Trace Syscalls', function () {
  this.timeout(TEST_LIMIT_MS);
  let looper: string;
  let sample: string;
  let following: vscode.Disposable;

  suiteSetup(() => {
    following = followSessions();
    sample = buildSample();
    looper = compile('looper', LOOPER);
  });
  suiteTeardown(() => {
    following.dispose();
  });
  teardown(stopEverything);

  test('the extension is there, with its commands and its debug type', async () => {
    const extension = vscode.extensions.getExtension('syscope.syscope');
    assert.ok(extension !== undefined);
    await extension.activate();
    const commands = await vscode.commands.getCommands(true);
    const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    for (const { command } of contributes.commands) assert.ok(commands.includes(command), command);
  });

  test('a program without a terminal: output, exit status and a timeline beside the source', async () => {
    const source = await vscode.window.showTextDocument(vscode.Uri.file(inWorkspace('main.c')));
    const traced = await start({
      program: '/bin/sh',
      args: ['-c', 'echo out; echo err >&2; exit 7'],
      console: 'internalConsole',
    });
    await traced.end();
    assert.equal((await traced.event('exited'))['exitCode'], 7);
    assert.equal(traced.output('stdout'), 'out\n');
    assert.equal(traced.output('stderr'), 'err\n');
    assert.equal(traced.count('process'), 1);
    assert.deepEqual(
      traced.eventNames().filter((name) => name === 'exited' || name === 'terminated'),
      ['exited', 'terminated'],
    );
    const tab = await openTimeline();
    assert.notEqual(tab.group.viewColumn, source.viewColumn);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, inWorkspace('main.c'));
    assert.match(path.basename(traceOf(tab)), /^sh-\d{4}-\d\d-\d\d-\d{6}\.syscope$/);
    assert.ok(!traceOf(tab).startsWith(inWorkspace()));
    const { calls, info } = await readTrace(traceOf(tab));
    assert.equal(info.state, 'complete');
    assert.ok(
      calls.some(({ text }) => text === 'write(1, "out\\n", 4) = 4'),
      calls.map(({ text }) => text).join('\n'),
    );
  });

  test('a program in the terminal reads what is typed there', async () => {
    const traced = await start({ program: sample });
    const tab = await openTimeline();
    const pending = await waitFor('the pending read', async () =>
      (await readTrace(traceOf(tab))).calls.find(({ text, call }) => text.startsWith('read(0') && call.ret === undefined),
    );
    assert.equal(pending.result, 'in progress');
    const terminal = await waitFor('the terminal', () => vscode.window.terminals.at(-1));
    terminal.sendText('ada');
    assert.equal((await traced.event('exited'))['exitCode'], 0);
    await traced.end();
    const { calls } = await readTrace(traceOf(tab));
    assert.ok(
      calls.some(({ name, text }) => name === 'write' && text.includes('Hello, ADA!')),
      calls.map(({ text }) => text).join('\n'),
    );
  });

  test('a child process is a thread with its name and number', async () => {
    const traced = await start({ program: '/bin/sh', args: ['-c', 'sleep 180 & wait'], console: 'internalConsole' });
    const child = await waitFor('the child', async () => (await traced.threads()).find(({ name }) => name.startsWith('sleep ')));
    assert.equal(child.name, `sleep [${String(child.id)}]`);
    assert.equal((await traced.threads()).length, 2);
  });

  test('pause holds at a call: its stack, its source line and its arguments', async () => {
    const traced = await start({ program: looper, console: 'internalConsole' });
    await waitFor('output', () => traced.output('stdout') !== '' || undefined);
    const [thread] = await traced.threads();
    assert.ok(thread !== undefined);
    // The command acts on the thread that VS Code has focused, which it has once it has asked for the threads.
    await waitFor('the program to be held', async () => {
      await vscode.commands.executeCommand('workbench.action.debug.pause');
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return traced.count('stopped') > 0 || undefined;
    });
    const stopped = await traced.event('stopped');
    assert.equal(stopped['reason'], 'pause');
    const seen = new Set<string>();
    for (let step = 0; step < 2; step++) {
      seen.add(await checkHeld(traced, thread.id));
      const before = traced.count('stopped');
      await vscode.commands.executeCommand('workbench.action.debug.stepOver');
      await waitFor('the next call', () => traced.count('stopped') > before || undefined);
      await waitFor('the editor to show it', () => vscode.debug.activeStackItem instanceof vscode.DebugStackFrame || undefined);
    }
    assert.ok(seen.has('write'), [...seen].join());
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await traced.event('continued', ({ allThreadsContinued }) => allThreadsContinued === true);
  });

  /** The call at which the looper is held, which is one of its two. */
  async function checkHeld(traced: Traced, threadId: number): Promise<string> {
    const { stackFrames } = await traced.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    const call = stackFrames[0]?.name.split('(')[0] ?? '';
    const main = stackFrames.find(({ name }) => name === 'main');
    const source = main?.source?.path ?? ''; // VS Code makes it a URI where it runs remotely
    assert.ok(source.endsWith(`${looper}.c`), JSON.stringify(stackFrames));
    assert.equal(main?.line, lineOf(`${looper}.c`, call === 'write' ? 'tick(fd);' : 'usleep(5000)'));
    if (call === 'write') await checkArguments(traced, stackFrames[0]?.id ?? 0);
    return call;
  }

  async function checkArguments(traced: Traced, frameId: number): Promise<void> {
    const { scopes } = await traced.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId });
    const reference = scopes[0]?.variablesReference;
    const { variables } = await traced.request<DebugProtocol.VariablesResponse['body']>('variables', {
      variablesReference: reference,
    });
    const values = new Map(variables.map(({ name, value }) => [name, value]));
    assert.equal(values.get('buf'), '"tick"');
    assert.match(values.get('descriptor') ?? '', /^\d+: \/dev\/null$/);
    assert.equal(values.get('class'), 'Device');
  }

  test('stopOnEntry holds the program before it does anything', async () => {
    const traced = await start({ program: looper, console: 'internalConsole', stopOnEntry: true });
    assert.equal((await traced.event('stopped'))['reason'], 'entry');
    assert.equal(traced.output('stdout'), '');
    const [thread] = await traced.threads();
    await traced.request('continue', { threadId: thread?.id });
    await waitFor('output', () => traced.output('stdout') !== '' || undefined);
  });

  test('the first Stop is SIGTERM, the second SIGKILL', async () => {
    const polite = await start({ program: looper, console: 'internalConsole' });
    await waitFor('output', () => polite.output('stdout') !== '' || undefined);
    await vscode.debug.stopDebugging(polite.session);
    assert.equal((await polite.event('exited'))['exitCode'], 128 + 15);
    await polite.end();
    const deaf = await start({ program: looper, args: ['deaf'], console: 'internalConsole' });
    await waitFor('output', () => deaf.output('stdout') !== '' || undefined);
    await deaf.request('terminate');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(deaf.find('exited'), undefined);
    await vscode.debug.stopDebugging(deaf.session);
    await vscode.debug.stopDebugging(deaf.session);
    await deaf.end();
    const pid = Number((await deaf.event('process'))['systemProcessId']);
    await waitFor('the end of the program', () => !isAlive(pid) || undefined);
  });

  test('restart keeps the session and shows the new trace in the place of the old one', async () => {
    const traced = await start({ program: looper, console: 'internalConsole' });
    const old = await openTimeline();
    const [oldTrace, column] = [traceOf(old), old.group.viewColumn];
    await waitFor('output', () => traced.output('stdout') !== '' || undefined);
    await vscode.commands.executeCommand('workbench.action.debug.restart');
    await waitFor('the second process', () => traced.count('process') === 2 || undefined);
    const tab = await waitFor('the new timeline', () => {
      const tabs = timelineTabs();
      return tabs.length === 1 && tabs[0] !== undefined && traceOf(tabs[0]) !== oldTrace ? tabs[0] : undefined;
    });
    assert.equal(tab.group.viewColumn, column);
    assert.equal(traced.ended, false);
    assert.ok(fs.existsSync(oldTrace), 'the trace before stays');
    assert.equal((await readTrace(oldTrace)).info.state, 'complete');
    assert.equal((await readTrace(traceOf(tab))).info.state, 'recording');
  });

  test('two sessions at once keep apart', async () => {
    const first = await start({ name: 'first', program: looper, console: 'internalConsole' });
    const second = await start({ name: 'second', program: looper, console: 'internalConsole' });
    await waitFor('two timelines', () => timelineTabs().length === 2 || undefined);
    const [a, b] = [await first.event('process'), await second.event('process')];
    assert.notEqual(a['systemProcessId'], b['systemProcessId']);
    await vscode.debug.stopDebugging(first.session);
    await first.end();
    assert.equal(second.ended, false);
    assert.deepEqual(
      (await second.threads()).map(({ id }) => id),
      [b['systemProcessId']],
    );
    await vscode.debug.stopDebugging(second.session);
    await second.end();
  });

  test('attach records from then on, and Stop lets the program go on', async function () {
    if (!mayAttach()) this.skip();
    const running = spawn(looper, { stdio: 'ignore' });
    try {
      const traced = await start({ request: 'attach', name: 'attach', processId: String(running.pid) });
      assert.equal((await traced.event('process'))['startMethod'], 'attach');
      const tab = await openTimeline();
      await waitFor('calls', async () => (await readTrace(traceOf(tab))).calls.some(({ name }) => name === 'write') || undefined);
      await vscode.debug.stopDebugging(traced.session);
      await traced.end();
      assert.equal(traced.find('exited'), undefined);
      assert.ok(isAlive(running.pid ?? 0));
      const tracer = /^TracerPid:\t(\d+)$/m.exec(fs.readFileSync(`/proc/${String(running.pid)}/status`, 'utf8'))?.[1];
      assert.equal(tracer, '0');
      assert.equal((await readTrace(traceOf(tab))).info.state, 'complete');
    } finally {
      running.kill('SIGKILL');
    }
  });

  test('a start without a program asks for one', async () => {
    const started = vscode.debug.startDebugging(workspaceFolder(), {
      type: 'syscope',
      request: 'launch',
      name: 'asked',
      console: 'internalConsole',
    });
    let done = false;
    void started.then(() => (done = true));
    await waitFor('an answer to the question', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return done || undefined;
    });
    assert.equal(await started, true);
    const asked = await waitFor('the session', () => vscode.debug.activeDebugSession);
    const program = String(asked.configuration['program']);
    assert.ok([looper, sample].includes(program), program);
  });

  test('without tracing the program only runs', async () => {
    const mark = inWorkspace('mark');
    const before = timelineTabs().length;
    const configuration = {
      type: 'syscope',
      request: 'launch',
      name: 'plain',
      program: '/bin/sh',
      args: ['-c', 'grep TracerPid /proc/self/status >mark'],
      cwd: inWorkspace(),
      console: 'internalConsole',
    };
    await vscode.debug.startDebugging(workspaceFolder(), configuration, { noDebug: true });
    const content = await waitFor('the mark', () =>
      fs.existsSync(mark) && fs.statSync(mark).size > 0 ? fs.readFileSync(mark, 'utf8') : undefined,
    );
    assert.match(content, /TracerPid:\t0/);
    assert.equal(timelineTabs().length, before);
  });

  test('a trace is written where the configuration says, and replaces only a trace', async () => {
    const traceFile = inWorkspace('own.syscope');
    for (let round = 0; round < 2; round++)
      await (await start({ program: '/bin/true', console: 'internalConsole', traceFile })).end();
    assert.equal((await readTrace(traceFile)).info.state, 'complete');
    const other = inWorkspace('other.syscope');
    fs.writeFileSync(other, 'precious');
    assert.match(await refusal({ program: '/bin/true', traceFile: other }), /no Syscope trace, so it is not overwritten/);
    assert.equal(fs.readFileSync(other, 'utf8'), 'precious');
  });

  test('what cannot run is refused in a sentence that says what to do', async () => {
    fs.writeFileSync(inWorkspace('empty'), '', { mode: 0o755 });
    fs.writeFileSync(inWorkspace('script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    fs.writeFileSync(inWorkspace('plain'), 'text', { mode: 0o644 });
    assert.match(await refusal({ program: inWorkspace('no-such-program') }), /There is no program .*build it first/);
    assert.match(await refusal({ program: inWorkspace() }), /is a directory, not a program/);
    assert.match(await refusal({ program: inWorkspace('plain') }), /is not executable/);
    assert.match(await refusal({ program: inWorkspace('empty') }), /is an empty file/);
    assert.match(await refusal({ program: inWorkspace('script') }), /interpreter "\/no\/such\/interpreter"/);
    assert.match(await refusal({ program: '/bin/true', cwd: '/no/such/folder' }), /working directory/);
    assert.match(await refusal({ request: 'attach', processId: '2147483646' }), /There is no process 2147483646/);
  });

  async function refusal(configuration: Readonly<Record<string, unknown>>): Promise<string> {
    const before = refusals.length;
    const full = { type: 'syscope', request: 'launch', name: 'refused', console: 'internalConsole', ...configuration };
    void vscode.debug.startDebugging(workspaceFolder(), full);
    return waitFor('the refusal', () => (refusals.length > before ? refusals.at(-1) : undefined));
  }
});
