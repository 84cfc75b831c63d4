/**
 * The fd classes as the timeline orders and names them, and the glyph of each. What must not live here: colours (theme.ts).
 */
import { FD_CLASSES } from '../../extension/trace/gen/schema';
import type { FdClass } from '../../extension/trace/gen/schema';

export type { FdClass };

export interface ClassInfo {
  readonly id: FdClass;
  readonly value: number;
  readonly label: string;
  readonly glyph: string;
}

/** The panes' order: as the schema has it, calls without a descriptor last. */
export const PANE_ORDER: readonly ClassInfo[] = [...FD_CLASSES.slice(1), FD_CLASSES[0]];

/** What a class value of a newer trace, which this version doesn't know, shows as. */
const OTHER: ClassInfo = FD_CLASSES[FD_CLASSES.length - 1] ?? FD_CLASSES[0];

export function classInfo(value: number): ClassInfo {
  return FD_CLASSES.find((entry) => entry.value === value) ?? OTHER;
}
