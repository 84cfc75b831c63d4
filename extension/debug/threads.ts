/**
 * The threads that a session shows: every thread of every traced process, named `name [pid]`. Takes the tracer's events
 * in, gives the debug protocol's list and the coalesced thread events out. Pure.
 */
import type { ControlEvent } from './controlProtocol';

export interface ShownThread {
  readonly id: number;
  readonly name: string;
}

export interface ThreadChange {
  readonly reason: 'started' | 'exited';
  readonly threadId: number;
}

interface Thread {
  readonly pid: number;
  readonly name: string;
  /** Set while the thread is held at a call: the event's id. */
  readonly stoppedAt: number | undefined;
}

export class ThreadList {
  private readonly threads = new Map<number, Thread>();
  private readonly processes = new Map<number, string>();
  /** Threads that the client was told of, to say only what differs. */
  private told = new Set<number>();

  take(event: ControlEvent): void {
    switch (event.event) {
      case 'hello':
        this.clear(); // the present threads follow, after a lost connection too
        this.processes.set(event.pid, baseName(event.program));
        break;
      case 'process':
        this.processes.set(event.pid, baseName(event.name));
        if (!this.threads.has(event.pid)) this.threads.set(event.pid, { pid: event.pid, name: '', stoppedAt: undefined });
        break;
      case 'thread':
        this.threads.set(event.tid, { pid: event.pid, name: event.name, stoppedAt: this.threads.get(event.tid)?.stoppedAt });
        break;
      case 'thread_exit':
        this.threads.delete(event.tid);
        break;
      case 'exited':
        this.forget(event.pid);
        break;
      case 'stopped':
        this.update(event.tid, event.id);
        break;
      case 'continued':
        for (const tid of event.tid === 0 ? [...this.threads.keys()] : [event.tid]) this.update(tid, undefined);
        break;
      case 'warning':
      case 'error':
      case 'end':
        break;
    }
  }

  /** In order of appearance: the program's own first thread leads. */
  list(): readonly ShownThread[] {
    return [...this.threads].map(([tid, thread]) => ({ id: tid, name: this.label(tid, thread) }));
  }

  /** What the client was not told yet. A thread that came and went in between is never mentioned. */
  changes(): readonly ThreadChange[] {
    const now = new Set(this.threads.keys());
    const changes: ThreadChange[] = [];
    for (const threadId of now) if (!this.told.has(threadId)) changes.push({ reason: 'started', threadId });
    for (const threadId of this.told) if (!now.has(threadId)) changes.push({ reason: 'exited', threadId });
    this.told = now;
    return changes;
  }

  /** The event at which a thread is held; undefined while it runs. */
  stoppedAt(tid: number): number | undefined {
    return this.threads.get(tid)?.stoppedAt;
  }

  /** How many processes live. */
  get processCount(): number {
    return new Set([...this.threads.values()].map((thread) => thread.pid)).size;
  }

  clear(): void {
    this.threads.clear();
    this.processes.clear();
  }

  private update(tid: number, stoppedAt: number | undefined): void {
    const thread = this.threads.get(tid);
    if (thread !== undefined) this.threads.set(tid, { ...thread, stoppedAt });
  }

  private forget(pid: number): void {
    this.processes.delete(pid);
    for (const [tid, thread] of this.threads) if (thread.pid === pid) this.threads.delete(tid);
  }

  private label(tid: number, thread: Thread): string {
    const process = this.processes.get(thread.pid) ?? '';
    if (tid === thread.pid) return `${process === '' ? thread.name : process} [${String(thread.pid)}]`;
    return `${thread.name === '' ? process : thread.name} [${String(thread.pid)}] thread ${String(tid)}`;
  }
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
