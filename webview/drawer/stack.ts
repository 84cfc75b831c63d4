/**
 * The drawer's Stack: one line a frame, innermost first, each leading to its source.
 */
import type { ResolvedFrame } from '../../extension/trace/engineProtocol';
import type { DescribedDetails } from '../../extension/trace/timelineProtocol';
import { button, element } from '../ui/dom';
import { baseName, frameName, frameSource, missingReason, stackEnd } from './frames';

export function stackView(details: DescribedDetails, reveal: (frame: number) => void): readonly HTMLElement[] {
  const stack = details.details.stack;
  if (stack === undefined || stack.frames.length === 0) {
    return [element('p', { class: 'empty', text: details.sourceProblem ?? 'This call was recorded without a stack.' })];
  }
  const rows = stack.frames.map((frame, index) =>
    element('li', {}, frameRow(frame, index, index === details.sourceFrame, reveal)),
  );
  const end = stackEnd(stack);
  return [
    element('ol', { class: 'frames', 'aria-label': 'Stack, innermost frame first' }, ...rows),
    ...(details.sourceFrame === undefined && details.sourceProblem !== undefined
      ? [element('p', { class: 'stack-note', text: details.sourceProblem })]
      : []),
    ...(end === undefined ? [] : [element('p', { class: 'stack-note', text: end })]),
  ];
}

function frameRow(frame: ResolvedFrame, index: number, chosen: boolean, reveal: (frame: number) => void): HTMLElement {
  const missing = missingReason(frame);
  const parts = [
    element('span', { class: 'frame-index', text: String(index) }),
    element('span', { class: 'frame-name', text: frameName(frame) }),
    frame.inlined
      ? element('span', { class: 'tag', text: 'inlined', title: 'This function was inlined into the next one' })
      : undefined,
    frame.signal ? element('span', { class: 'tag', text: 'signal', title: 'A signal handler was entered here' }) : undefined,
    frame.guess
      ? element('span', { class: 'tag', text: 'guess', title: 'Found by frame pointer, not by unwind information' })
      : undefined,
    element('span', { class: 'frame-source', text: frameSource(frame) }),
    element('span', { class: 'frame-module', text: baseName(frame.module) }),
  ];
  const title = [frame.location?.file ?? frame.module, missing].filter((line) => line !== undefined && line !== '').join('\n');
  const kind = chosen ? 'frame chosen' : frame.location === undefined ? 'frame unresolved' : 'frame';
  return button(
    { class: kind, title, ...(chosen ? { 'aria-current': 'true' } : {}) },
    () => {
      reveal(index);
    },
    ...parts,
  );
}
