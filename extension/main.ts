/** Activation and wiring: makes the parts and connects them. What each does is in its own file; nothing imports this one. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { DEBUG_TYPE, DynamicConfigurations, pickProcess, TraceConfigurations } from './debug/configuration';
import { installationIn } from './debug/install';
import { removeStaleRunFolders } from './debug/sessionFile';
import type { Recording } from './debug/sessionHost';
import { SessionFactory } from './debug/vscodeHost';
import { EngineClient } from './engine/client';
import { TimelineEditors } from './timeline/editor';
import { OpenTraces } from './timeline/openTraces';
import { describeEvent } from './timeline/requests';
import { type RevealProblem, Sources } from './timeline/sources';
import { TimelineTabs } from './timeline/tabs';
import { ViewStates } from './timeline/viewStates';
import { describeCall } from './trace/describe';
import { Commands } from './views/commands';
import { CurrentTrace } from './views/currentTrace';
import { Launches } from './views/launches';
import { Recordings } from './views/recordings';
import { TraceStorage } from './views/storage';
import { TracesView } from './views/tracesView';
import { createTraceViews } from './views/traceViews';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Syscope', { log: true });
  const note = (text: string): void => {
    log.info(text);
  };
  const engine = new EngineClient({
    log: note,
    lost: () => {
      traces.engineLost();
    },
  });
  const traces: OpenTraces = new OpenTraces(engine);
  const states = new ViewStates(context.workspaceState);
  const sources = new Sources();
  const tabs = new TimelineTabs(states);
  const recordings = new Recordings();
  const current = new CurrentTrace(traces);
  const inUse = (trace: string): boolean => traces.isOpen(trace) || tabs.isShown(trace) || recordings.get(trace) !== undefined;
  const folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'traces').fsPath;
  const storage = new TraceStorage(folder, inUse);
  const view = new TracesView(storage);
  const editors: TimelineEditors = new TimelineEditors(
    {
      traces,
      sources,
      states,
      describe: describeCall,
      command: (trace, command, text) => commands.fromPanel(trace, command, text),
      log: note,
    },
    path.join(context.extensionPath, 'dist', 'webview'),
  );
  const reveal = (path: string, event: number): Promise<RevealProblem> =>
    traces.with(path, async (trace) =>
      sources.open(path, trace.info.program, await trace.request('details', { event }), undefined, true),
    );
  const commands = new Commands({ traces, editors, tabs, states, storage, view, current, recordings, reveal, log });
  const failed = (what: string) => (error: unknown) => {
    log.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };

  const launches = new Launches((trace) => recordings.get(trace) === undefined && tabs.isShown(trace));
  /** The timeline opens while the program is being started: its window takes as long as that. */
  const recordingExpected = (trace: string, restarted: string | undefined, session: vscode.DebugSession): void => {
    const key = `${session.workspaceFolder?.uri.toString() ?? ''}\n${session.configuration.name}\n${session.configuration.request}`;
    traces.expect(trace);
    engine.start();
    tabs.showRecording(trace, launches.begin(trace, key, restarted)).catch(failed('The timeline could not be opened'));
  };
  const recordingFailed = (trace: string): void => {
    launches.failed(trace);
    if (traces.failed(trace)) tabs.close(trace).catch(failed('The timeline could not be closed'));
  };
  const recordingStarted = (recording: Recording, session: vscode.DebugSession): void => {
    const { trace, program, attached, sourceFileMap } = recording;
    recordings.add({ trace, program, attached, stop: async () => vscode.debug.stopDebugging(session) });
    sources.setMap(trace, sourceFileMap);
    traces.arrived(trace);
    const replaced = launches.started(trace);
    if (replaced !== undefined) tabs.close(replaced).catch(failed('The timeline before could not be closed'));
    current.activate(trace).catch(failed('The trace could not be opened'));
    view.refresh();
    note(`Recording ${program} (process ${String(recording.pid)}) into ${trace}`);
  };
  const recordingEnded = (trace: string): void => {
    recordings.remove(trace);
    for (const open of traces.all)
      if (open.path === trace) open.refresh().catch(failed('The trace could not be read to its end'));
    view.refresh();
    note(`Recorded ${trace}`);
  };

  const sessions = new SessionFactory({
    installation: installationIn(context.extensionPath),
    newTrace: (program) => storage.newTrace(program),
    recordingExpected,
    recordingFailed,
    recordingStarted,
    recordingEnded,
    describe: (path, event) =>
      traces.with(path, async (trace) => {
        await trace.refresh();
        return describeEvent(event, {
          trace,
          describe: describeCall,
          chooseSource: (details) => sources.choose(path, trace.info.program, details),
        });
      }),
    localSource: (file, map) => sources.locate(file, map),
    log: note,
  });
  const configurations = new TraceConfigurations();
  context.subscriptions.push(
    log,
    engine,
    sources,
    current,
    view,
    editors,
    editors.register(),
    commands.register(),
    createTraceViews({ current, states, editors, tabs, log }),
    editors.onDidActivate((trace) => {
      current.activate(trace).catch(failed('The trace could not be opened'));
    }),
    editors.onDidClose((trace) => {
      if (editors.panelsOf(trace).length === 0) current.closed(trace);
    }),
    { dispose: () => states.flush() },
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, sessions),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      new DynamicConfigurations(),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.commands.registerCommand('syscope.pickProcess', pickProcess),
  );
  tabs.adoptAtStart().catch(failed('An open trace could not be shown as a timeline'));
  removeStaleRunFolders().catch(failed('Old session folders could not be removed'));
}
