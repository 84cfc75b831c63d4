/**
 * Measuring and shortening text on a canvas. Widths are kept by font and text: measuring is the slow part of a label.
 */
const MAX_KEPT = 4000;
const widths = new Map<string, number>();

export function textWidth(context: CanvasRenderingContext2D, text: string): number {
  const key = `${context.font}\n${text}`;
  const known = widths.get(key);
  if (known !== undefined) {
    return known;
  }
  if (widths.size >= MAX_KEPT) {
    widths.clear();
  }
  const { width } = context.measureText(text);
  widths.set(key, width);
  return width;
}

/** The text, or as much of its beginning as fits with an ellipsis, or nothing. */
export function fittedText(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (textWidth(context, text) <= room) {
    return text;
  }
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(context, `${text.slice(0, middle)}…`) <= room) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low < 2 ? '' : `${text.slice(0, low)}…`;
}
