/**
 * The calls at which threads are held, as the debug protocol shows them: stack, scopes, variables. Ids that the client
 * gets are valid until a thread is held or runs again. No vscode.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as path from 'node:path';
import type { ResolvedFrame } from '../trace/engineProtocol';
import type { DescribedDetails } from '../trace/timelineProtocol';
import type { SessionHost } from './sessionHost';
import type { ThreadList } from './threads';
import { callScopes, VariableTree } from './variables';

interface Held {
  readonly described: DescribedDetails;
  readonly frames: readonly DebugProtocol.StackFrame[];
}

/** Frame ids: the thread's id and the frame's index, both far below this. */
const MAX_FRAMES = 65_536;

export interface HeldTrace {
  readonly trace: string;
  readonly sourceFileMap: Readonly<Record<string, string>>;
}

export class HeldCalls {
  private readonly calls = new Map<number, Promise<Held>>();
  private readonly tree = new VariableTree();
  /** Set by the session for each run. */
  current: HeldTrace | undefined;

  constructor(
    private readonly host: SessionHost,
    private readonly threads: ThreadList,
  ) {}

  forget(): void {
    this.calls.clear();
    this.tree.clear();
  }

  async stackTrace(
    thread: number,
    start: number,
    levels: number,
  ): Promise<{ stackFrames: DebugProtocol.StackFrame[]; totalFrames: number }> {
    const { frames } = await this.held(thread);
    return { stackFrames: frames.slice(start, levels > 0 ? start + levels : undefined), totalFrames: frames.length };
  }

  async scopes(frame: number): Promise<DebugProtocol.Scope[]> {
    const { described } = await this.held(Math.floor(frame / MAX_FRAMES));
    return callScopes(described).map((scope, index) => {
      const variablesReference = this.tree.reference(scope.children);
      return {
        name: scope.name,
        variablesReference,
        expensive: index > 0,
        ...(index === 0 ? { presentationHint: 'arguments' as const } : {}),
      };
    });
  }

  variables(reference: number): DebugProtocol.Variable[] {
    return this.tree
      .children(reference)
      .map(({ name, value, children }) => ({ name, value, variablesReference: this.tree.reference(children) }));
  }

  private held(thread: number): Promise<Held> {
    const known = this.calls.get(thread);
    if (known !== undefined) return known;
    const event = this.threads.stoppedAt(thread);
    const { current } = this;
    if (event === undefined || current === undefined)
      return Promise.reject(new Error('This thread runs: only a held thread has a call to show.'));
    const held = this.load(thread, event, current);
    this.calls.set(thread, held);
    held.catch(() => this.calls.delete(thread)); // asked again, it is tried again
    return held;
  }

  private async load(thread: number, event: number, { trace, sourceFileMap }: HeldTrace): Promise<Held> {
    const described = await this.host.describe(trace, event);
    const stack = described.details.stack?.frames ?? [];
    const sources = await Promise.all(
      stack.map(({ location }) =>
        location === undefined ? Promise.resolve(undefined) : this.host.localSource(location.file, sourceFileMap),
      ),
    );
    const frames = stack.map((frame, index) => protocolFrame(frame, sources[index], thread * MAX_FRAMES + index + 1));
    return { described, frames: [callFrame(described, thread), ...frames] };
  }
}

/** The top entry is the call itself; a label has no source, so that the editor goes to the first frame that has one. */
function callFrame(described: DescribedDetails, thread: number): DebugProtocol.StackFrame {
  const name = `${described.name}(${described.args.map(({ text }) => text).join(', ')})`;
  return { id: thread * MAX_FRAMES, name, line: 0, column: 0, presentationHint: 'label' };
}

function protocolFrame(frame: ResolvedFrame, local: string | undefined, id: number): DebugProtocol.StackFrame {
  const place = `${path.basename(frame.module)}+0x${frame.offset.toString(16)}`;
  const name = `${frame.function ?? place}${frame.inlined ? ' (inlined)' : ''}`;
  const instructionPointerReference = `0x${frame.address.toString(16)}`;
  if (frame.location === undefined)
    return { id, name, line: 0, column: 0, presentationHint: 'subtle', instructionPointerReference };
  const { file, line, column } = frame.location;
  const source: DebugProtocol.Source = { name: path.basename(file), path: local ?? file };
  if (local === undefined) source.presentationHint = 'deemphasize';
  return { id, name, line, column: Math.max(column, 1), source, instructionPointerReference };
}
