/**
 * The line at the foot (what the trace is, how far it is, what it lacks), the notice under the toolbar, and what is said
 * to screen readers when the selection moves.
 */
import type { TraceInfo } from '../../extension/trace/engineProtocol';
import type { DescribedDetails } from '../../extension/trace/timelineProtocol';
import { formatCount, formatDuration, plural } from '../model/time';
import type { Action, Notice } from '../model/state';
import { button, element, setText, whenChanged } from './dom';
import { icon } from './icons';

const STATES: Readonly<Record<TraceInfo['state'], string>> = {
  recording: 'Recording',
  complete: 'Complete',
  interrupted: 'Interrupted: the tracer ended before the program did',
};

export interface Status {
  readonly root: HTMLElement;
  update(info: TraceInfo | undefined): void;
}

export function createStatus(dispatch: (action: Action) => void): Status {
  const state = element('span', { class: 'status-state' });
  const facts = element('span', { class: 'status-facts' });
  const lost = element('span', { class: 'status-lost' });
  const problems = button({ class: 'status-problems' }, () => {
    dispatch({ type: 'notice', notice: { severity: 'warning', text: problemTexts.join('\n') } });
  });
  let problemTexts: readonly string[] = [];
  const root = element('footer', { class: 'status', 'aria-label': 'Trace' }, state, facts, lost, problems);
  return {
    root,
    update: whenChanged((info: TraceInfo | undefined) => {
      setText(state, info === undefined ? 'Opening the trace…' : STATES[info.state]);
      root.dataset.state = info?.state ?? 'opening';
      setText(facts, info === undefined ? '' : traceFacts(info));
      lost.hidden = (info?.lost ?? 0) === 0;
      lost.replaceChildren(icon('warning'), `${plural(info?.lost ?? 0, 'record')} lost`);
      problemTexts = info?.problems ?? [];
      problems.hidden = problemTexts.length === 0;
      problems.replaceChildren(icon('warning'), plural(problemTexts.length, 'problem'));
    }),
  };
}

function traceFacts(info: TraceInfo): string {
  const parts = [
    info.program.split('/').at(-1) ?? info.program,
    plural(info.events, 'call'),
    info.errors > 0 ? `${formatCount(info.errors)} failed` : undefined,
    info.pending > 0 ? `${formatCount(info.pending)} in progress` : undefined,
    info.processes === 1 ? '1 process' : `${formatCount(info.processes)} processes`,
    info.threads > info.processes ? plural(info.threads, 'thread') : undefined,
    formatDuration(info.durationNs),
  ];
  return parts.filter((part) => part !== undefined).join('  ·  ');
}

export interface NoticeBar {
  readonly root: HTMLElement;
  update(notice: Notice | undefined): void;
}

export function createNoticeBar(dispatch: (action: Action) => void): NoticeBar {
  const text = element('div', { class: 'notice-text' });
  const close = button(
    { class: 'icon-button', 'aria-label': 'Dismiss', title: 'Dismiss' },
    () => {
      dispatch({ type: 'notice', notice: undefined });
    },
    icon('close'),
  );
  const bar = element('div', { class: 'notice' }, icon('warning'), text, close);
  // A live region has to be there before its text changes.
  const root = element('div', { class: 'notice-region', role: 'status' }, bar);
  bar.hidden = true;
  return {
    root,
    update: whenChanged((notice: Notice | undefined) => {
      bar.hidden = notice === undefined;
      bar.dataset.severity = notice?.severity ?? 'info';
      setText(text, notice?.text ?? '');
    }),
  };
}

/** The selected call in one sentence. */
export function spoken(details: DescribedDetails): string {
  const { call, text } = details;
  const duration = call.durationNs === undefined ? '' : `, ${formatDuration(call.durationNs)}`;
  const source = details.sourceProblem ?? (details.sourceFrame === undefined ? '' : 'source line known');
  return `${text}${duration}, at ${formatDuration(call.startNs)}${source === '' ? '' : `. ${source}`}`;
}
