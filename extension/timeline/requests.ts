/**
 * Answers what a timeline's webview asks for: checks the parameters, asks the engine, describes the calls. No vscode, so
 * that it is tested without it; where a source is comes in as a function.
 */
import type { BoxQuery, EventDetails, EventId, LaneSet, RawCall } from '../trace/engineProtocol';
import { FD_CLASSES } from '../trace/gen/schema';
import { type DescribedCall, type DescribedDetails, laneGroup, type TimelineRequest } from '../trace/timelineProtocol';
import { type FilterTerm, parseTerms } from '../trace/viewProtocol';
import type { OpenTrace } from './openTraces';
import type { SourceChoice } from './sourceFrame';

export interface RequestContext {
  readonly trace: OpenTrace;
  readonly describe: (call: RawCall) => DescribedCall;
  readonly chooseSource: (details: EventDetails) => Promise<SourceChoice>;
}

const MAX_PIXELS = 32_768;
const MAX_PAGE = 1_000;

/** Rejects with a whole sentence when the parameters are none of this protocol's. */
export async function answerRequest(method: TimelineRequest, params: unknown, context: RequestContext): Promise<unknown> {
  const { trace } = context;
  switch (method) {
    case 'lanes':
      return trace.request('lanes', laneSet(fields(params)));
    case 'boxes':
      return trace.request('boxes', { query: boxQuery(fields(params)) });
    case 'describe':
      return describeEvent(id(fields(params)['event']), context, laneSet(fields(params)));
    case 'events':
      return eventPage(fields(params), context);
    case 'neighbour': {
      const { event, direction } = fields(params);
      const set = laneSet(fields(params));
      return trace.request('neighbour', { event: id(event), direction: direction === -1 ? -1 : 1, ...set });
    }
  }
}

export async function describeEvent(event: EventId, context: RequestContext, set: LaneSet = {}): Promise<DescribedDetails> {
  const details = await context.trace.request('details', { event, ...set });
  const choice = await context.chooseSource(details);
  return {
    ...context.describe(details.call),
    details,
    sourceFrame: choice.type === 'frame' ? choice.frame : undefined,
    sourceProblem: choice.type === 'problem' ? choice.text : undefined,
  };
}

/** One bit a class, for the engine's filters. */
export function hiddenBits(hidden: readonly string[]): number {
  return FD_CLASSES.reduce((bits, { id: name, value }) => (hidden.includes(name) ? bits | (1 << value) : bits), 0);
}

async function eventPage(raw: Fields, context: RequestContext): Promise<{ total: number; calls: readonly DescribedCall[] }> {
  const { hidden } = raw;
  const names = Array.isArray(hidden) ? hidden.filter((item): item is string => typeof item === 'string') : [];
  const count = Math.min(id(raw['count']), MAX_PAGE);
  const page = await context.trace.request('events', {
    first: id(raw['first']),
    count,
    hidden: hiddenBits(names),
    loader: raw['loader'] === true,
    ...filterOf(raw),
  });
  return { total: page.total, calls: page.calls.map(context.describe) };
}

function boxQuery(raw: Fields): BoxQuery {
  const { lanes, t0, t1, pixels } = raw;
  const valid =
    Array.isArray(lanes) && lanes.every(isId) && isNumber(t0) && isNumber(t1) && isNumber(pixels) && t0 < t1 && pixels >= 1;
  if (!valid) throw new Error('The timeline asked for boxes without saying which.');
  return {
    lanes,
    t0,
    t1,
    pixels: Math.min(Math.floor(pixels), MAX_PIXELS),
    loader: raw['loader'] === true,
    group: laneGroup(raw['group']),
    ...filterOf(raw),
  };
}

function laneSet(raw: Fields): LaneSet {
  return { group: laneGroup(raw['group']), ...filterOf(raw) };
}

function filterOf(raw: Fields): { readonly filter?: readonly FilterTerm[] } {
  const filter = parseTerms(raw['filter']);
  return filter === undefined ? {} : { filter };
}

type Fields = Readonly<Record<string, unknown>>;

function fields(params: unknown): Fields {
  if (typeof params !== 'object' || params === null) throw new Error('The timeline sent a request without parameters.');
  return params as Fields;
}

function id(value: unknown): number {
  if (!isId(value)) throw new Error('The timeline sent a request about no event.');
  return value;
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
