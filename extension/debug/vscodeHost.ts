/**
 * Debug sessions in VS Code: makes a session for each start, and connects it to storage, timeline and source files. The only
 * file of `debug/` beside `configuration.ts` that knows vscode.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import type { DescribedDetails } from '../trace/timelineProtocol';
import type { LaunchAttributes } from './attributes';
import type { Installation } from './install';
import { SyscopeSession } from './session';
import type { Recording, SessionHost } from './sessionHost';

export interface SessionServices {
  readonly installation: Installation;
  readonly newTrace: (program: string) => Promise<string>;
  readonly recordingExpected: (trace: string, replaces: string | undefined, session: vscode.DebugSession) => void;
  readonly recordingFailed: (trace: string) => void;
  readonly recordingStarted: (recording: Recording, session: vscode.DebugSession) => void;
  readonly recordingEnded: (trace: string) => void;
  readonly describe: (trace: string, event: number) => Promise<DescribedDetails>;
  readonly localSource: (file: string, map: Readonly<Record<string, string>>) => Promise<string | undefined>;
  readonly log: (text: string) => void;
}

export class SessionFactory implements vscode.DebugAdapterDescriptorFactory {
  constructor(private readonly services: SessionServices) {}

  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    return new vscode.DebugAdapterInlineImplementation(new InlineAdapter(new SyscopeSession(this.hostFor(session))));
  }

  private hostFor(session: vscode.DebugSession): SessionHost {
    const { services } = this;
    return {
      installation: services.installation,
      get trusted() {
        return vscode.workspace.isTrusted;
      },
      newTrace: services.newTrace,
      recordingExpected: (trace, replaces) => {
        services.recordingExpected(trace, replaces, session);
      },
      recordingFailed: services.recordingFailed,
      recordingStarted: (recording) => {
        services.recordingStarted(recording, session);
      },
      recordingEnded: services.recordingEnded,
      describe: services.describe,
      localSource: services.localSource,
      offerInternalConsole: (message, launch) => {
        void offerInternalConsole(session, message, launch);
      },
      showError: (message) => {
        void vscode.window.showErrorMessage(message);
      },
      log: services.log,
    };
  }
}

/** A session in the form in which VS Code talks to it without a process in between. */
class InlineAdapter extends vscode.Disposable implements vscode.DebugAdapter {
  readonly onDidSendMessage: vscode.Event<vscode.DebugProtocolMessage>;

  constructor(private readonly session: SyscopeSession) {
    super(() => {
      session.dispose();
    });
    const messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
    this.onDidSendMessage = messages.event;
    session.onDidSendMessage((message) => {
      messages.fire(message);
    });
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.session.handleMessage(message as DebugProtocol.ProtocolMessage);
  }
}

async function offerInternalConsole(session: vscode.DebugSession, message: string, launch: LaunchAttributes): Promise<void> {
  const action = 'Run in the Debug Console';
  const answer = await vscode.window.showWarningMessage(message, action);
  if (answer !== action) return;
  await vscode.debug.stopDebugging(session);
  await vscode.debug.startDebugging(session.workspaceFolder, {
    ...session.configuration,
    program: launch.program,
    console: 'internalConsole',
  });
}
