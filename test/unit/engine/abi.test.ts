/** The orders of numbers that TypeScript assumes are those of the header that C is compiled with. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import {
  ABI_VERSION,
  CallColumn,
  CallWord,
  CopyColumn,
  DescriptorClassColumn,
  DescriptorColumn,
  Info,
  LaneColumn,
  ProcessColumn,
  RowColumn,
  SummaryBy,
  SummaryColumn,
  Term,
  TermColumn,
  TieColumn,
} from '../../../extension/engine/abi';

const header = fs.readFileSync('native/include/syscope.h', 'utf8');

/** The enumerators of `enum NAME` with their values, without their common prefix, in camel case. */
function enumOf(name: string, prefix: string): Record<string, number> {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)?.[1];
  assert.ok(body, name);
  const values: Record<string, number> = {};
  let next = 0;
  for (const item of body.replace(/\/\*.*?\*\//gs, '').split(',')) {
    const [, identifier, value] = /^\s*([A-Z0-9_]+)(?:\s*=\s*(\d+))?\s*$/.exec(item) ?? [];
    if (identifier === undefined) continue;
    next = value === undefined ? next : Number(value);
    values[camel(identifier.replace(prefix, ''))] = next++;
  }
  return values;
}

function camel(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

test('abi.ts is what syscope.h says', () => {
  assert.equal(Number(/#define SYSCOPE_ABI\s+(\d+)/.exec(header)?.[1]), ABI_VERSION);
  assert.deepEqual(enumOf('syscope_info', 'SYSCOPE_INFO_'), Info);
  assert.deepEqual(enumOf('syscope_lane', 'SYSCOPE_LANE_'), LaneColumn);
  assert.deepEqual(enumOf('syscope_call', 'SYSCOPE_CALL_'), CallColumn);
  assert.deepEqual(enumOf('syscope_call_word', 'SYSCOPE_WORD_'), CallWord);
  assert.deepEqual(enumOf('syscope_copy', 'SYSCOPE_COPY_'), CopyColumn);
  assert.deepEqual(enumOf('syscope_process', 'SYSCOPE_PROCESS_'), ProcessColumn);
  assert.deepEqual(enumOf('syscope_descriptor_row', 'SYSCOPE_DESCRIPTOR_'), DescriptorColumn);
  assert.deepEqual(enumOf('syscope_descriptor_class', 'SYSCOPE_DESCRIPTOR_CLASS_'), DescriptorClassColumn);
  assert.deepEqual(enumOf('syscope_term', 'SYSCOPE_TERM_'), Term);
  assert.deepEqual(enumOf('syscope_term_column', 'SYSCOPE_TERM_OF_'), TermColumn);
  assert.deepEqual(enumOf('syscope_tie', 'SYSCOPE_TIE_'), TieColumn);
  assert.deepEqual(enumOf('syscope_row', 'SYSCOPE_ROW_'), RowColumn);
  assert.deepEqual(enumOf('syscope_by', 'SYSCOPE_BY_'), SummaryBy);
  assert.deepEqual(enumOf('syscope_summary', 'SYSCOPE_SUMMARY_'), SummaryColumn);
});
