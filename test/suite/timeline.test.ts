/** Timelines and sources in the real extension host: the editor on a trace file, and the way from an event to its line. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { readTrace, type TraceContent } from './engine';
import {
  buildSample,
  followSessions,
  inWorkspace,
  lineOf,
  openTimeline,
  start,
  stopEverything,
  TEST_LIMIT_MS,
  timelineTabs,
  traceOf,
  VIEW_TYPE,
  waitFor,
} from './support';

suite('Timeline and source', function () {
  this.timeout(TEST_LIMIT_MS);
  let following: vscode.Disposable;
  let trace: string;
  let content: TraceContent;

  suiteSetup(async () => {
    following = followSessions();
    const program = buildSample();
    trace = inWorkspace('saved.syscope');
    const traced = await start({
      program: '/bin/sh',
      args: ['-c', `echo ada | exec ${program}`],
      console: 'internalConsole',
      traceFile: trace,
    });
    await traced.end();
    content = await readTrace(trace);
    await stopEverything();
  });
  suiteTeardown(() => {
    following.dispose();
  });
  teardown(stopEverything);

  const event = (text: string): number => {
    const found = content.calls.find((call) => call.text.startsWith(text));
    assert.ok(found !== undefined, `${text} is not among\n${content.calls.map((call) => call.text).join('\n')}`);
    return found.call.id;
  };
  const goTo = async (id: number): Promise<vscode.TextEditor> => {
    await vscode.commands.executeCommand('syscope.goToSource', trace, id);
    return waitFor('an editor', () => vscode.window.activeTextEditor);
  };
  const openTrace = async (): Promise<void> => {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(trace));
    await waitFor('the timeline', () => timelineTabs()[0]);
  };

  test('a trace file opens as a timeline', async () => {
    await openTrace();
    const tab = await openTimeline();
    assert.equal(traceOf(tab), trace);
    assert.ok(tab.input instanceof vscode.TabInputCustom && tab.input.viewType === VIEW_TYPE);
  });

  test('an event leads to its line, in its own group, in each source file', async () => {
    await openTrace();
    const timeline = await openTimeline();
    for (const [text, file, line] of [
      ['fsync(', 'copy.c', 'fsync(target)'],
      ['sendto(', 'net.c', 'send(fd, bytes, length, 0)'],
      ['unlink("notes.copy")', 'main.c', 'unlink("notes.copy")'],
    ] as const) {
      const editor = await goTo(event(text));
      assert.equal(path.basename(editor.document.uri.fsPath), file);
      assert.equal(editor.selection.active.line + 1, lineOf(inWorkspace(file), line));
      assert.notEqual(editor.viewColumn, timeline.group.viewColumn);
    }
  });

  test('a source that moved is found by its name in the workspace', async () => {
    const from = inWorkspace('copy.c');
    const to = inWorkspace('moved', 'copy.c');
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.renameSync(from, to);
    try {
      await waitFor('the file to be listed', async () => (await vscode.workspace.findFiles('moved/copy.c'))[0]);
      const editor = await waitFor('the moved source', async () => {
        const opened = await goTo(event('fsync('));
        return opened.document.uri.fsPath === to ? opened : undefined;
      });
      assert.equal(editor.selection.active.line + 1, lineOf(to, 'fsync(target)'));
    } finally {
      fs.renameSync(to, from);
      fs.rmdirSync(path.dirname(to));
    }
  });

  test('rows of the views: their commands filter, copy, and lead to the line that opened a descriptor', async () => {
    await openTrace();
    await openTimeline();
    const open = event('openat(AT_FDCWD, "notes.txt"');
    const call = content.calls.find((each) => each.call.id === open)?.call;
    assert.ok(call !== undefined);
    const { process, pid, fd, description, classId, resource: name = '' } = call;
    const row = { process, pid, processName: 'sample', fd, description, classId, name, event: open };
    const descriptor = { type: 'descriptor', row, owner: false };
    await vscode.commands.executeCommand('syscope.processes.focus');
    await vscode.commands.executeCommand('syscope.filterTimeline', descriptor);
    await vscode.commands.executeCommand('syscope.copyDescriptorPath', descriptor);
    assert.equal(await vscode.env.clipboard.readText(), inWorkspace('notes.txt'));
    await vscode.commands.executeCommand('syscope.clearTimelineFilter');
    await vscode.commands.executeCommand('syscope.goToOpeningSource', descriptor);
    const editor = await waitFor('the source', () => vscode.window.activeTextEditor);
    assert.equal(path.basename(editor.document.uri.fsPath), 'copy.c');
    const person = { index: process, pid, name: 'sample', path: '/x/sample', argv: ['sample', 'a b'] };
    await vscode.commands.executeCommand('syscope.copyCommandLine', { type: 'process', row: person, parent: undefined });
    assert.equal(await vscode.env.clipboard.readText(), "sample 'a b'");
  });

  test('files that are no traces are refused, and nothing of the workspace is touched', async () => {
    for (const [name, bytes] of [
      ['empty.syscope', ''],
      ['foreign.syscope', 'PK\u0003\u0004 something else'],
      ['cut.syscope', fs.readFileSync(trace).subarray(0, 1000)],
    ] as const) {
      const file = inWorkspace(name);
      fs.writeFileSync(file, bytes);
      await assert.doesNotReject(Promise.resolve(vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file))));
      assert.deepEqual(fs.readFileSync(file), Buffer.from(bytes));
    }
  });
});
