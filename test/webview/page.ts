/**
 * Runs in the test's page before the webview: plays VS Code and the extension host over a trace in memory. Messages cross
 * as they do in VS Code: JSON beside typed arrays, so a bigint that wasn't put on the wire properly throws here too.
 */
import type { Boxes, BoxQuery, Lane } from '../../extension/trace/engineProtocol';
import type { TimelineRequests, ToHost, ToWebview, ViewState } from '../../extension/trace/timelineProtocol';
import { parseToHost } from '../../extension/trace/timelineProtocol';
import { FD_CLASSES } from '../../extension/trace/gen/schema';
import { type FilterTerm, termKey } from '../../extension/trace/viewProtocol';
import { toWire } from '../../extension/trace/wire';
import { boxesOf, callsOf, describeCall, describeDetails, lanesOf } from './fakeTrace';
import type { FakeCall, FakeTrace } from './fakeTrace';
import { busyTrace, demoTrace, waitingTrace } from './sampleTraces';

const TRACES: Readonly<Record<string, () => FakeTrace>> = { demo: demoTrace, waiting: waitingTrace, busy: busyTrace };

/** What a test may ask the page's host. */
export interface TestHost {
  /** Everything that the webview posted, but requests. */
  readonly posted: ToHost[];
  readonly requests: string[];
  show(name: string, state?: ViewState): void;
  /** The trace as if it had been recorded only until then. */
  showUntil(name: string, ns: number): void;
  send(message: ToWebview): void;
  calls(): readonly FakeCall[];
  lanes(): readonly Lane[];
  boxes(query: BoxQuery): readonly Boxes[];
  stored(): unknown;
}

let trace: FakeTrace = demoTrace();
let stored: unknown = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
let onReady: (() => void) | undefined;
let ready = false;

const host: TestHost = {
  posted: [],
  requests: [],
  show(name, state) {
    trace = TRACES[name]?.() ?? trace;
    const init = (): void => host.send({ type: 'init', info: trace.info, state, hasPrevious: name === 'demo' });
    if (ready) {
      init();
    } else {
      onReady = init;
    }
  },
  showUntil(name, ns) {
    const whole = TRACES[name]?.() ?? trace;
    const calls = whole.calls
      .filter((call) => call.startNs <= ns)
      .map((call) =>
        call.startNs + (call.durationNs ?? Infinity) <= ns ? call : { ...call, durationNs: undefined, ret: undefined },
      );
    trace = {
      ...whole,
      calls,
      info: { ...whole.info, state: 'recording', durationNs: ns, events: calls.length, revision: Math.round(ns) },
    };
    host.send({ type: 'update', info: trace.info });
  },
  send(message) {
    window.postMessage(acrossTheWire(toWire(message)), '*');
  },
  calls: () => trace.calls,
  lanes: () => lanesOf(trace),
  boxes: (query) => boxesOf(trace, query),
  stored: () => stored,
};

/** JSON but for typed arrays, which VS Code transfers. */
function acrossTheWire(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (item === undefined ? null : acrossTheWire(item)));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, acrossTheWire(item)]),
    );
  }
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The trace of the calls that a filter leaves: of processes, and of descriptors by their numbers. */
function only(params: unknown): FakeTrace {
  const { filter } = params as { readonly filter?: readonly FilterTerm[] };
  if (filter === undefined) {
    return trace;
  }
  const whole = trace;
  const key = filter.map(termKey).join();
  const known = views.get(whole)?.get(key);
  const pids = Object.keys(whole.processNames).map(Number);
  const fits = (call: FakeCall): boolean =>
    filter.some(
      (term) =>
        (term.type === 'process' || term.type === 'descriptor') &&
        pids[term.process] === call.pid &&
        (term.type === 'process' || term.fd === call.fd),
    );
  const view = known ?? { ...whole, calls: whole.calls.filter(fits) };
  views.set(whole, (views.get(whole) ?? new Map<string, FakeTrace>()).set(key, view));
  return view;
}
const views = new WeakMap<FakeTrace, Map<string, FakeTrace>>();

function answer(method: keyof TimelineRequests, params: unknown): unknown {
  switch (method) {
    case 'lanes':
      return lanesOf(only(params));
    case 'boxes':
      return boxesOf(only(params), params as BoxQuery);
    case 'describe':
      return describeDetails(only(params), callById((params as { event: number }).event));
    case 'events': {
      const { first, count, hidden, loader } = params as TimelineRequests['events'][0];
      const shown = only(params).calls.filter(
        (call) => (loader || !call.loader) && !hidden.includes(FD_CLASSES[call.classId]?.id ?? ''),
      );
      return { total: shown.length, calls: shown.slice(first, first + count).map(describeCall) };
    }
    case 'neighbour': {
      const { event, direction } = params as TimelineRequests['neighbour'][0];
      const { details } = describeDetails(trace, callById(event));
      const lane = lanesOf(trace)[details.lane];
      const calls = lane === undefined ? [] : callsOf(trace, lane, true);
      return calls[calls.findIndex((call) => call.id === event) + direction]?.id;
    }
  }
}

function callById(id: number): FakeCall {
  const call = trace.calls[id];
  if (call === undefined) {
    throw new Error(`There is no event ${String(id)}.`);
  }
  return call;
}

function receive(value: unknown): void {
  const message = parseToHost(JSON.parse(JSON.stringify(value)));
  if (message === undefined) {
    throw new Error(`not a message of the protocol: ${JSON.stringify(value)}`);
  }
  if (message.type === 'request') {
    host.requests.push(message.method);
    setTimeout(() => {
      try {
        host.send({ type: 'response', id: message.id, result: answer(message.method, message.params) });
      } catch (error) {
        host.send({ type: 'error', id: message.id, message: error instanceof Error ? error.message : String(error) });
      }
    }, 2);
    return;
  }
  host.posted.push(message);
  if (message.type === 'ready') {
    ready = true;
    onReady?.();
  }
}

Object.assign(window, {
  testHost: host,
  acquireVsCodeApi: () => ({
    postMessage: receive,
    getState: () => stored,
    setState: (state: unknown) => {
      stored = JSON.parse(JSON.stringify(state));
      sessionStorage.setItem('state', JSON.stringify(state));
    },
  }),
});
