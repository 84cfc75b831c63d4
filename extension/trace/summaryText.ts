/** A summary as text that reads well in a terminal, and as JSON. Pure. */
import { blindLines, type BlindTotal } from './blind';
import { commandLine, exitText, processJson, type ProcessSummary } from './processes';
import type { Notice, Summary, SummaryRow } from './summary';

const HEADINGS = ['calls', 'errors', 'read', 'written', 'total', 'mean', 'p50', 'p95', 'max', 'of time'] as const;
const KEY_LIMIT = 60;

export function summaryText(summary: Summary): string {
  const { info, rows, total, loader } = summary;
  const lines = [
    `${printable(info.program)}: ${total.calls} ${total.calls === 1 ? 'call' : 'calls'} in ${duration(summary.wallNs)}${stateText(info.state)}`,
    '',
    ...table(summary.by.join(', '), [...rows, total, ...(loader === undefined ? [] : [loader])], rows.length),
  ];
  const failing = rows.filter((row) => row.errors > 0);
  if (failing.length > 0)
    lines.push('', 'Errors', ...failing.map((row) => `  ${shortened(printable(row.key))}: ${errorList(row)}`));
  if (total.pending > 0) lines.push('', `${total.pending} ${total.pending === 1 ? 'call' : 'calls'} had not returned.`);
  if (summary.processes.length > 0) lines.push('', 'Processes', ...summary.processes.map(processLine));
  if (summary.blind.length > 0) lines.push('', 'Not visible', ...blindLines(summary.blind).map((text) => `  ${printable(text)}`));
  if (summary.notices.length > 0) lines.push('', ...summary.notices.map(noticeText));
  return `${lines.join('\n')}\n`;
}

/** "ls [12] exited with 0, 1.20 ms user, 3.40 ms system, 2.0 MiB: ls -l /tmp" */
function processLine(process: ProcessSummary): string {
  const { pid, name, exit } = process;
  const used =
    exit === undefined
      ? ' had not ended'
      : ` ${exitText(exit)}, ${duration(exit.userUs * 1000)} user, ${duration(exit.systemUs * 1000)} system, ${bytes(exit.maxRssKb * 1024)}`;
  const command = process.argv.length > 0 ? `: ${printable(commandLine(process))}` : '';
  return `  ${printable(name)} [${pid}]${used}${command}`;
}

function stateText(state: Summary['info']['state']): string {
  if (state === 'recording') return ', still recording';
  return state === 'interrupted' ? ', interrupted before the end' : '';
}

/** The first `groups` rows, a rule, and what sums them up. */
function table(by: string, rows: readonly SummaryRow[], groups: number): string[] {
  const cells = rows.map((row) => [shortened(printable(row.key)), ...cellsOf(row)]);
  const head = [by, ...HEADINGS];
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  const text = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [text(head), rule, ...cells.slice(0, groups).map(text), ...(groups > 0 ? [rule] : []), ...cells.slice(groups).map(text)];
}

function cellsOf(row: SummaryRow): string[] {
  const times = [row.totalNs, row.meanNs, row.p50Ns, row.p95Ns, row.maxNs].map(duration);
  const share = `${(row.share * 100).toFixed(1)} %`;
  return [
    String(row.calls),
    row.errors === 0 ? '' : String(row.errors),
    bytes(row.bytesRead),
    bytes(row.bytesWritten),
    ...times,
    share,
  ];
}

const errorList = (row: SummaryRow): string => row.errorsByName.map(({ errno, count }) => `${errno} ${count}`).join(', ');

const NOTICE_TITLES: Readonly<Record<Notice['kind'], string>> = { lost: 'Lost', warning: 'Warning' };
const noticeText = ({ kind, reason, count, text }: Notice): string =>
  `! ${NOTICE_TITLES[kind]}${count > 1 ? ` (${count})` : ''}: ${text === '' ? reason : printable(text)}`;

/** Nothing of the traced program's may control the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function shortened(key: string): string {
  return key.length <= KEY_LIMIT ? key : `${key.slice(0, 20)}…${key.slice(-(KEY_LIMIT - 21))}`;
}

/** "950 ns", "1.20 ms": three significant digits. */
export function duration(ns: number): string {
  const units = ['ns', 'µs', 'ms', 's'];
  let value = ns;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]!}`;
}

/** "4.0 KiB"; nothing for nothing. */
export function bytes(count: number): string {
  if (count === 0) return '';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit === 0 ? 0 : 1)} ${units[unit]!}`;
}

const rowJson = (row: SummaryRow): object => ({
  key: row.key,
  keys: row.keys.length > 1 ? row.keys : undefined,
  calls: row.calls,
  errors: Object.fromEntries(row.errorsByName.map(({ errno, count }) => [errno, count])),
  bytes_read: row.bytesRead,
  bytes_written: row.bytesWritten,
  total_ns: row.totalNs,
  mean_ns: Math.round(row.meanNs),
  p50_ns: row.p50Ns,
  p95_ns: row.p95Ns,
  max_ns: row.maxNs,
  share: Number(row.share.toFixed(6)),
  pending: row.pending,
});

const blindJson = ({ reason, op, fdClass, count, uncounted, bytes, processes }: BlindTotal): object => ({
  reason,
  op,
  fd_class: fdClass,
  count: uncounted ? undefined : count,
  bytes: fdClass === undefined ? undefined : bytes,
  processes,
});

/** One object; the names are those of the command line contract. */
export function summaryJson(summary: Summary): string {
  const { info, by, wallNs, rows, total, loader, notices, blind, processes } = summary;
  const trace = { program: info.program, argv: info.argv, state: info.state, wall_ns: wallNs, damage: info.damage };
  const object = {
    trace,
    by: by.join(','),
    rows: rows.map(rowJson),
    total: rowJson(total),
    loader: loader && rowJson(loader),
    notices,
    blind: blind.map(blindJson),
    processes: by.includes('process') ? processes.map(processJson) : undefined,
  };
  // JSON leaves the control characters from U+007F on as they are, and a terminal acts on them.

  const escaped = JSON.stringify(object, undefined, 2).replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  return `${escaped}\n`;
}
