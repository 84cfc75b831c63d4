/**
 * Which rows of a very long list a scrolled window shows. Pure. Browsers limit an element's height (Chromium: 33 million
 * pixels), so a list that would be taller is scrolled by share: its scrollbar still reaches every row.
 */
export const LIST_ROW_HEIGHT = 22;
const MAX_HEIGHT = 8_000_000;

export interface ListWindow {
  /** Height of the scrolled element. */
  readonly height: number;
  readonly first: number;
  readonly count: number;
  /** Where the first of them lies below the window's top edge: zero or less. */
  readonly offset: number;
}

export function listHeight(total: number): number {
  return Math.min(total * LIST_ROW_HEIGHT, MAX_HEIGHT);
}

export function listWindow(total: number, scrollTop: number, viewHeight: number): ListWindow {
  const height = listHeight(total);
  const position = rowPosition(total, scrollTop, viewHeight);
  const first = Math.max(0, Math.min(Math.floor(position), total - 1));
  const count = Math.max(0, Math.min(total - first, Math.ceil(viewHeight / LIST_ROW_HEIGHT) + 1));
  return { height, first, count, offset: (first - position) * LIST_ROW_HEIGHT };
}

/** The row at the window's top edge, with a fraction. */
function rowPosition(total: number, scrollTop: number, viewHeight: number): number {
  const height = listHeight(total);
  const full = total * LIST_ROW_HEIGHT;
  if (full <= height) {
    return scrollTop / LIST_ROW_HEIGHT;
  }
  const share = Math.min(1, Math.max(0, scrollTop / Math.max(1, height - viewHeight)));
  return (share * (full - viewHeight)) / LIST_ROW_HEIGHT;
}

/** The scroll position at which `row` lies in the middle of the window, or the present one if the row is seen already. */
export function scrollToShow(row: number, total: number, scrollTop: number, viewHeight: number): number {
  const top = rowPosition(total, scrollTop, viewHeight);
  if (row >= top && row + 1 <= top + viewHeight / LIST_ROW_HEIGHT) {
    return scrollTop;
  }
  const full = total * LIST_ROW_HEIGHT;
  const height = listHeight(total);
  const wanted = Math.min(
    Math.max(0, row * LIST_ROW_HEIGHT - viewHeight / 2 + LIST_ROW_HEIGHT / 2),
    Math.max(0, full - viewHeight),
  );
  return full <= height ? wanted : (wanted / (full - viewHeight)) * (height - viewHeight);
}
