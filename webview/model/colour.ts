/**
 * Arithmetic on colours: parsing what CSS variables hold, contrast (WCAG 2.2), and which ink is legible on a fill. Pure.
 */
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** Parses #rgb, #rrggbb, #rrggbbaa and rgb()/rgba(), alpha ignored; undefined for anything else. */
export function parseColour(text: string): Rgb | undefined {
  const value = text.trim().toLowerCase();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(value);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/.exec(value);
  const hex = short?.slice(1).map((digit) => digit + digit) ?? long?.slice(1);
  const parts = hex?.map((pair) => parseInt(pair, 16)) ?? functional(value);
  const [r, g, b] = parts ?? [];
  return r === undefined || g === undefined || b === undefined ? undefined : { r, g, b };
}

function functional(value: string): readonly number[] | undefined {
  const match = /^rgba?\(\s*(\d+(?:\.\d+)?)[\s,]+(\d+(?:\.\d+)?)[\s,]+(\d+(?:\.\d+)?)/.exec(value);
  return match?.slice(1).map(Number);
}

/** Relative luminance, 0 to 1. */
export function luminance({ r, g, b }: Rgb): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** sRGB component (0 to 255) to linear light (0 to 1). */
export function linear(component: number): number {
  const value = component / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const BLACK: Rgb = { r: 0, g: 0, b: 0 };
const WHITE: Rgb = { r: 255, g: 255, b: 255 };

/** Black or white, whichever reads better on the fill: at least 4.5:1 on any colour. */
export function inkOn(fill: string): string {
  const colour = parseColour(fill) ?? BLACK;
  return contrast(colour, BLACK) >= contrast(colour, WHITE) ? '#000000' : '#ffffff';
}

export function withAlpha(fill: string, alpha: number): string {
  const { r, g, b } = parseColour(fill) ?? BLACK;
  return `rgba(${String(r)}, ${String(g)}, ${String(b)}, ${String(alpha)})`;
}

/** `share` of the upper colour over the lower one. */
export function mix(upper: string, lower: string, share: number): string {
  const a = parseColour(upper) ?? BLACK;
  const b = parseColour(lower) ?? BLACK;
  const part = (x: number, y: number): number => Math.round(x * share + y * (1 - share));
  return `rgb(${String(part(a.r, b.r))}, ${String(part(a.g, b.g))}, ${String(part(a.b, b.b))})`;
}
