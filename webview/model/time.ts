/**
 * Times and durations as text, and the places of the time axis' ticks. Pure; all times are trace-relative nanoseconds.
 */
const UNITS = [
  { ns: 1e9, label: 's' },
  { ns: 1e6, label: 'ms' },
  { ns: 1e3, label: 'µs' },
] as const;

/** A duration with about four significant digits: "870 ns", "1.204 ms", "2 min 05 s". */
export function formatDuration(ns: number): string {
  if (!Number.isFinite(ns)) {
    return '∞';
  }
  if (ns < 0) {
    return `−${formatDuration(-ns)}`;
  }
  if (ns >= 60e9) {
    return formatLong(ns);
  }
  // 999.96 ms rounds to 1,000.0 of its unit: the next larger unit says it better.
  const unit = UNITS.find((candidate) => ns >= candidate.ns * 0.99995);
  if (unit === undefined) {
    return `${String(Math.round(ns))} ns`;
  }
  const value = ns / unit.ns;
  const decimals = value >= 100 ? 1 : value >= 10 ? 2 : 3;
  return `${trimZeros(value.toFixed(decimals))} ${unit.label}`;
}

function formatLong(ns: number): string {
  const seconds = Math.round(ns / 1e9);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${String(hours)} h ${String(minutes).padStart(2, '0')} min ${rest} s` : `${String(minutes)} min ${rest} s`;
}

/** A point in time to the nanosecond, in seconds, its decimals in groups of three: "12.345 678 901 s". */
export function formatInstant(ns: number): string {
  const sign = ns < 0 ? '−' : '';
  const whole = Math.round(Math.abs(ns));
  const fraction = String(whole % 1e9).padStart(9, '0');
  return `${sign}${String(Math.floor(whole / 1e9))}.${fraction.slice(0, 3)} ${fraction.slice(3, 6)} ${fraction.slice(6)} s`;
}

export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 call", "1,204 calls". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

export interface Ticks {
  readonly values: readonly number[];
  readonly stepNs: number;
  /** What the labels count from: 0, or a time just left of the first tick where whole times would be too long. */
  readonly baseNs: number;
}

/** At most about `count` ticks between t0 and t1, on round times; beyond ten seconds on round minutes and hours. */
export function timeTicks(t0: number, t1: number, count: number): Ticks {
  const span = t1 - t0;
  if (!(span > 0) || !(count >= 1)) {
    return { values: [], stepNs: 1, baseNs: 0 };
  }
  const stepNs = roundStep(span / count);
  const values: number[] = [];
  const last = Math.floor(t1 / stepNs);
  for (let index = Math.ceil(t0 / stepNs); index <= last; index++) {
    values.push(index * stepNs);
  }
  return { values, stepNs, baseNs: tickBase(t0, stepNs) };
}

/** A tick's label, counted from the ticks' base: "1.25 ms", "+20 ns". */
export function formatTick(value: number, ticks: Ticks): string {
  const offset = value - ticks.baseNs;
  const text = formatAtStep(offset, ticks.stepNs);
  return ticks.baseNs === 0 ? text : `+${text}`;
}

/** Above this many steps from 0 a label would need more than about six digits. */
const MAX_STEPS_FROM_ZERO = 100_000;

function tickBase(t0: number, stepNs: number): number {
  if (t0 / stepNs < MAX_STEPS_FROM_ZERO) {
    return 0;
  }
  const round = stepNs * 1000;
  return Math.floor(t0 / round) * round;
}

function roundStep(raw: number): number {
  if (raw > 10e9) {
    const minutes = [15, 30, 60, 120, 300, 600, 900, 1800, 3600].find((seconds) => seconds * 1e9 >= raw);
    return minutes === undefined ? Math.ceil(raw / 3600e9) * 3600e9 : minutes * 1e9;
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * 0.999) ?? 10;
  return Math.max(1, factor * power);
}

function formatAtStep(ns: number, stepNs: number): string {
  if (Math.abs(ns) < 0.5) {
    return '0';
  }
  if (stepNs >= 15e9) {
    return formatLong(ns);
  }
  const unit = UNITS.find((candidate) => Math.abs(ns) >= candidate.ns) ?? { ns: 1, label: 'ns' };
  const decimals = Math.max(0, Math.ceil(Math.log10(unit.ns / stepNs) - 1e-9));
  return `${trimZeros((ns / unit.ns).toFixed(decimals))} ${unit.label}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
