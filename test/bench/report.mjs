// The benchmark's tables, as text. Pure.
import { TARGETS, TOOLS, ratio, statistics, workloadName } from './plan.mjs';

const ns = (value) => (value >= 1e5 ? `${Math.round(value / 1e3)}k` : String(Math.round(value)));
const times = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const spread = ({ median, min, max }) => `${times(median)} (${times(min)}-${times(max)})`;

function table(head, rows) {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [line(head), widths.map((w) => '-'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}

/** results: [{ workload, rounds: [{ [tool]: nanoseconds a call }] }] */
export function mainTable(results) {
  const rows = results.flatMap(({ workload, rounds }) =>
    TOOLS.map((tool, i) => {
      const cost = statistics(rounds.map((round) => round[tool.name]));
      const against = (other) => (other === tool.name ? '1' : spread(ratio(rounds, tool.name, other)));
      return [
        i === 0 ? workloadName(workload) : '',
        tool.name,
        `${ns(cost.median)} (${ns(cost.min)}-${ns(cost.max)})`,
        against('untraced'),
        against('strace -f'),
      ];
    }),
  );
  return table(['workload', 'tool', 'ns a call', 'x untraced', 'x strace -f'], rows);
}

/** Each promise with the workload that is worst for it, and the median over its workloads. */
export function targetTable(results) {
  const rows = TARGETS.map(({ name, of, against, most, where }) => {
    const measured = results
      .filter(({ workload }) => where(workload))
      .map(({ workload, rounds }) => ({ workload, ...ratio(rounds, of, against) }));
    if (measured.length === 0) return [name, times(most), '-', '-', 'not measured'];
    const overall = statistics(measured.map(({ median }) => median));
    const worst = measured.reduce((a, b) => (b.median > a.median ? b : a));
    const met = worst.median <= most ? 'reached' : overall.median <= most ? 'by the median' : 'missed';
    const digits = most < 0.1 ? 4 : 2;
    return [
      name,
      most.toFixed(digits),
      overall.median.toFixed(digits),
      `${worst.median.toFixed(digits)} ${workloadName(worst.workload)}`,
      met,
    ];
  });
  return table(['ratio', 'at most', 'median', 'worst', ''], rows);
}
