/** The further descriptors of a call, in words. Pure. */
import type { Tie } from './engineProtocol';
import { TieRole } from './gen/schema';

const WORDS: Readonly<Record<number, string>> = {
  [TieRole.polled]: 'waited for',
  [TieRole.ready]: 'is ready',
  [TieRole.from]: 'bytes come from it',
  [TieRole.to]: 'bytes go to it',
  [TieRole.sent]: 'sent along',
  [TieRole.received]: 'received',
  [TieRole.duplicate]: 'the duplicate',
  [TieRole.accepted]: 'the accepted connection',
  [TieRole.otherEnd]: 'the other end',
};

/** Those that are other descriptors, not what a call moved at its own. */
export const otherDescriptors = (ties: readonly Tie[]): readonly Tie[] =>
  ties.filter(({ fd, role }) => fd >= 0 && role !== TieRole.read && role !== TieRole.written);

/** How many more there are than were recorded. */
export const leftOut = (ties: readonly Tie[]): number => ties.find(({ role }) => role === TieRole.more)?.count ?? 0;

/** One line each: "5  /tmp/file (bytes go to it)". */
export function tieLines(ties: readonly Tie[]): string[] {
  const lines = otherDescriptors(ties).map(({ fd, resource, role }) => {
    const name = resource === undefined || resource === '' ? '' : `  ${resource}`;
    const word = WORDS[role];
    return `${fd}${name}${word === undefined ? '' : ` (${word})`}`;
  });
  const more = leftOut(ties);
  if (more > 0) lines.push(`and ${more} more`);
  return lines;
}
