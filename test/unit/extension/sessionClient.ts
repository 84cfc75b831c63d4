/** The editor's side of the debug protocol, for tests: sends requests to a session, keeps its events, opens "terminals". */
import { spawn } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SyscopeSession } from '../../../extension/debug/session';
import type { Recording, SessionHost } from '../../../extension/debug/sessionHost';
import type { DescribedDetails } from '../../../extension/trace/timelineProtocol';
import type { Installation } from '../../../extension/debug/install';

export interface HostLog {
  readonly expected: { readonly trace: string; readonly replaces: string | undefined }[];
  readonly failed: string[];
  readonly recordings: Recording[];
  readonly ended: string[];
  readonly offers: string[];
  readonly errors: string[];
}

export function testHost(
  installation: Installation,
  traceFor: (program: string) => string,
  over: Partial<SessionHost> = {},
): { host: SessionHost; log: HostLog } {
  const log: HostLog = { expected: [], failed: [], recordings: [], ended: [], offers: [], errors: [] };
  const host: SessionHost = {
    installation,
    trusted: true,
    newTrace: (program) => Promise.resolve(traceFor(program)),
    recordingExpected: (trace, replaces) => log.expected.push({ trace, replaces }),
    recordingFailed: (trace) => log.failed.push(trace),
    recordingStarted: (recording) => log.recordings.push(recording),
    recordingEnded: (trace) => log.ended.push(trace),
    describe: () => Promise.reject(new Error('no engine in this test')),
    localSource: (file) => Promise.resolve(file),
    offerInternalConsole: (message) => log.offers.push(message),
    showError: (message) => log.errors.push(message),
    log: () => undefined,
    ...over,
  };
  return { host, log };
}

export class Client {
  readonly events: DebugProtocol.Event[] = [];
  /** Names of events, and "=command" for each answer, in order. */
  readonly order: string[] = [];
  private readonly session: SyscopeSession;
  private readonly answers = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly watchers = new Set<() => void>();
  private seq = 1;
  /** What "typing into the terminal" does. */
  terminal: (args: readonly string[]) => string | undefined = (args) => {
    const [file = '', ...rest] = args;
    spawn(file, rest, { stdio: 'ignore' });
    return undefined;
  };

  constructor(host: SessionHost) {
    this.session = new SyscopeSession(host, { terminalMs: 2_000, noteMs: 300, connectMs: 5_000 });
    this.session.setRunAsServer(true);
    this.session.onDidSendMessage((message) => {
      this.take(message as DebugProtocol.ProtocolMessage);
    });
  }

  request(command: string, args: object = {}): Promise<DebugProtocol.Response> {
    const seq = this.seq++;
    return new Promise((resolve) => {
      this.answers.set(seq, resolve);
      this.session.handleMessage({ seq, type: 'request', command, arguments: args } as DebugProtocol.Request);
    });
  }

  /** The first event that matches, past or to come. */
  async event(
    name: string,
    matches: (body: Readonly<Record<string, unknown>>) => boolean = () => true,
  ): Promise<Readonly<Record<string, unknown>>> {
    for (const deadline = Date.now() + 8_000; ;) {
      const found = this.events.find((event) => event.event === name && matches(bodyOf(event)));
      if (found !== undefined) return bodyOf(found);
      if (Date.now() > deadline)
        throw new Error(`no ${name} event; there were: ${this.events.map(({ event }) => event).join(', ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.watchers.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.watchers.clear();
    }
  }

  names(): readonly string[] {
    return this.events.map(({ event }) => event);
  }

  output(category: string): string {
    return this.events
      .filter((event) => event.event === 'output' && bodyOf(event)['category'] === category)
      .map((event) => String(bodyOf(event)['output']))
      .join('');
  }

  dispose(): void {
    this.session.dispose();
  }

  private take(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.order.push(`=${response.command}`);
      this.answers.get(response.request_seq)?.(response);
    } else if (message.type === 'event') {
      this.events.push(message as DebugProtocol.Event);
      this.order.push((message as DebugProtocol.Event).event);
      for (const watcher of [...this.watchers]) watcher();
    } else {
      setImmediate(() => {
        this.openTerminal(message as DebugProtocol.RunInTerminalRequest);
      });
    }
  }

  private openTerminal(request: DebugProtocol.RunInTerminalRequest): void {
    const problem = this.terminal(request.arguments.args);
    const answer = { seq: this.seq++, type: 'response', request_seq: request.seq, command: 'runInTerminal' };
    const response =
      problem === undefined ? { ...answer, success: true, body: {} } : { ...answer, success: false, message: problem };
    this.session.handleMessage(response);
  }
}

export function messageOf(response: DebugProtocol.Response): string {
  return response.message ?? '';
}

function bodyOf(event: DebugProtocol.Event): Readonly<Record<string, unknown>> {
  return (event.body ?? {}) as Readonly<Record<string, unknown>>;
}

export const described: DescribedDetails = {
  name: 'write',
  text: 'write(1, "hi\\n", 3)',
  args: [
    { name: 'fd', text: '1' },
    { name: 'buf', text: '"hi\\n"' },
    { name: 'count', text: '3' },
  ],
  result: 'in progress',
  errno: undefined,
  call: {
    id: 7,
    process: 0,
    pid: 100,
    thread: 0,
    tid: 100,
    nr: 1,
    arch: 0xc000003e,
    args: [1n, 0x7ffen, 3n, 0n, 0n, 0n],
    ret: undefined,
    startNs: 5,
    durationNs: undefined,
    fd: 1,
    classId: 6,
    description: 1,
    resource: '/dev/pts/1',
    origin: 0,
    stack: 1,
    ip: 0x401000n,
    enterFlags: 0,
    exitFlags: 0,
    data: [{ direction: 'in', arg: 1, address: 0x7ffen, full: 3, bytes: Uint8Array.from([0x68, 0x69, 0x0a]), errno: 0 }],
  },
  details: undefined as unknown as DescribedDetails['details'],
  sourceFrame: 1,
  sourceProblem: undefined,
};
