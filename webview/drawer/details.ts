/**
 * The drawer's Details: everything that is known of the selected call. Builds DOM from a described call; asks for nothing.
 */
import type { CopiedData, Tie } from '../../extension/trace/engineProtocol';
import type { DescribedDetails } from '../../extension/trace/timelineProtocol';
import { ExitFlag, Origin } from '../../extension/trace/gen/schema';
import { tieLines } from '../../extension/trace/ties';
import { classInfo } from '../model/classes';
import type { PickedBox } from '../model/hit';
import { formatCount, formatDuration, formatInstant } from '../model/time';
import { button, element } from '../ui/dom';
import type { Child } from '../ui/dom';
import { icon } from '../ui/icons';
import { frameName, frameSource } from './frames';
import { hexDump, NARROW_LINE, payloadText, WIDE_LINE } from './payload';

export interface DetailsContext {
  readonly details: DescribedDetails;
  /** Of the process that made the call; empty if unknown. */
  readonly processName: string;
  readonly picked: PickedBox | undefined;
  readonly stopCostNs: number;
  /** Little room sideways: shorter lines of hexadecimal. */
  readonly narrow: boolean;
  readonly reveal: (frame: number | undefined) => void;
  readonly copy: (text: string) => void;
  readonly zoomTo: (t0: number, t1: number) => void;
}

export function detailsView(context: DetailsContext): readonly HTMLElement[] {
  const { details } = context;
  return [
    headline(context),
    callLine(context),
    sourceLine(context),
    element('div', { class: 'detail-columns' }, argumentTable(details), factList(context)),
    ...details.call.data.map((data) => payload(data, context)),
  ];
}

function headline({ details, picked, zoomTo }: DetailsContext): HTMLElement {
  const info = classInfo(details.call.classId);
  const several = picked !== undefined && picked.count > 1 && picked.event === details.call.id;
  return element(
    'div',
    { class: 'detail-head' },
    element('span', { class: `badge class-${info.id}`, text: info.glyph, title: info.label }),
    element('h2', { text: details.name }),
    resultChip(details),
    several ? element('span', { class: 'detail-merged', text: `1 of ${formatCount(picked.count)}` }) : undefined,
    several
      ? button(
          { class: 'link' },
          () => {
            zoomTo(picked.t0, picked.t1);
          },
          'Zoom to them',
        )
      : undefined,
  );
}

function resultChip(details: DescribedDetails): HTMLElement {
  const failed = details.errno !== undefined;
  const state = details.call.ret === undefined ? 'pending' : failed ? 'failed' : 'ok';
  const text = details.call.ret === undefined ? details.result : failed ? `failed: ${details.errno}` : details.result;
  return element('span', { class: `result result-${state}`, text });
}

function callLine({ details, copy }: DetailsContext): HTMLElement {
  return element(
    'div',
    { class: 'call-line' },
    element('code', { text: details.text }),
    button(
      { class: 'icon-button', title: 'Copy this line', 'aria-label': 'Copy this line' },
      () => {
        copy(details.text);
      },
      icon('copy'),
    ),
  );
}

function sourceLine({ details, reveal }: DetailsContext): HTMLElement {
  const frame = details.sourceFrame === undefined ? undefined : details.details.stack?.frames[details.sourceFrame];
  if (frame === undefined) {
    const text = details.sourceProblem ?? 'This call was recorded without a stack, so its source line isn’t known.';
    return element('div', { class: 'source source-missing' }, icon('source'), element('span', { text }));
  }
  const place = frameSource(frame);
  return element(
    'div',
    { class: 'source' },
    icon('source'),
    button(
      { class: 'link', title: frame.location?.file ?? '' },
      () => {
        reveal(undefined);
      },
      place,
    ),
    element('span', { class: 'muted', text: `in ${frameName(frame)}` }),
    details.sourceProblem === undefined ? undefined : element('span', { class: 'source-note', text: details.sourceProblem }),
  );
}

function argumentTable(details: DescribedDetails): HTMLElement {
  if (details.args.length === 0) {
    return element('p', { class: 'muted', text: 'No arguments.' });
  }
  const rows = details.args.map((argument) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row', text: argument.name }),
      element('td', {}, element('code', { text: argument.text })),
    ),
  );
  return element('table', { class: 'arguments' }, element('caption', { text: 'Arguments' }), element('tbody', {}, ...rows));
}

function factList(context: DetailsContext): HTMLElement {
  const { call } = context.details;
  const info = classInfo(call.classId);
  const origin = call.origin === Origin.loader ? 'dynamic loader' : call.origin === Origin.agent ? 'Syscope’s agent' : undefined;
  const process = context.processName === '' ? '' : `${context.processName} `;
  const facts: readonly (readonly [string, Child])[] = [
    ['Result', element('code', { text: context.details.result })],
    ['Duration', duration(context)],
    ['Started', element('span', { text: formatInstant(call.startNs), title: 'Since the trace’s first record' })],
    ['Descriptor', call.fd < 0 ? undefined : `${String(call.fd)}${call.resource === undefined ? '' : `  ${call.resource}`}`],
    ['Also concerns', alsoConcerns(call.ties)],
    ['Path', rewritten(call.exitFlags)],
    ['Resource', call.fd < 0 ? call.resource : undefined],
    ['Class', info.label],
    ['Process', `${process}[${String(call.pid)}]${call.tid === call.pid ? '' : `, thread ${String(call.tid)}`}`],
    ['Made by', origin],
    ['Event', formatCount(call.id)],
  ];
  return element(
    'dl',
    { class: 'facts' },
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [element('dt', { text: name }), element('dd', {}, value)])),
  );
}

function alsoConcerns(ties: readonly Tie[] = []): HTMLElement | undefined {
  const lines = tieLines(ties);
  return lines.length === 0 ? undefined : element('span', { text: lines.join('\n') });
}

function rewritten(exitFlags: number): string | undefined {
  if ((exitFlags & ExitFlag.pathRewritten) === 0) return undefined;
  return 'rewritten by another thread meanwhile: the kernel opened another file than the path shown names';
}

function duration({ details, stopCostNs }: DetailsContext): HTMLElement {
  const { durationNs } = details.call;
  if (durationNs === undefined) {
    return element('span', { text: 'not returned' });
  }
  const below = durationNs < stopCostNs;
  const note = `below what tracing itself costs (${formatDuration(stopCostNs)})`;
  return element(
    'span',
    { class: below ? 'below-cost' : '' },
    formatDuration(durationNs),
    below ? element('span', { class: 'cost-note', text: ` ${note}` }) : undefined,
  );
}

function payload(data: CopiedData, { details, narrow }: DetailsContext): HTMLElement {
  const name = details.args[data.arg]?.name ?? `argument ${String(data.arg + 1)}`;
  const title = data.direction === 'in' ? `${name} → kernel` : `${name} ← kernel`;
  const text = payloadText(data.bytes);
  return element(
    'section',
    { class: 'payload' },
    element('h3', {}, title, element('span', { class: 'payload-size', text: sizeText(data) })),
    text === undefined
      ? undefined
      : element('pre', { class: 'payload-text', tabindex: '0', 'aria-label': `${title}, as text`, text }),
    data.bytes.length === 0 ? undefined : hexTable(data.bytes, title, narrow ? NARROW_LINE : WIDE_LINE),
  );
}

function sizeText(data: CopiedData): string {
  const captured = data.bytes.length;
  const parts = [
    data.full > captured
      ? `${formatCount(captured)} of ${formatCount(data.full)} bytes, the rest wasn’t captured`
      : byteCount(captured),
  ];
  if (data.errno !== 0) {
    parts.push(`reading the program’s memory failed (error ${String(data.errno)})`);
  }
  return parts.join(' · ');
}

function byteCount(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'byte' : 'bytes'}`;
}

function hexTable(bytes: Uint8Array, title: string, perLine: number): HTMLElement {
  const lines = hexDump(bytes, perLine).flatMap(({ offset, hex, text }) => [
    element('span', { class: 'hex-offset', text: offset }),
    `  ${hex}  `,
    element('span', { class: 'hex-text', text }),
    '\n',
  ]);
  return element('pre', { class: 'payload-hex', tabindex: '0', 'aria-label': `${title}, in hexadecimal` }, ...lines);
}
