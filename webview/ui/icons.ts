/**
 * The toolbar's icons, drawn here as SVG: 16 units square, strokes in the text's colour.
 */
const NAMESPACE = 'http://www.w3.org/2000/svg';

const PATHS = {
  chevron: ['M6 4 L10 8 L6 12'],
  close: ['M4 4 L12 12', 'M12 4 L4 12'],
  filter: ['M2.5 4 H13.5', 'M4.5 8 H11.5', 'M6.5 12 H9.5'],
  fit: ['M2.5 3 V13', 'M13.5 3 V13', 'M5 8 H11', 'M7 6 L5 8 L7 10', 'M9 6 L11 8 L9 10'],
  follow: ['M2.5 8 H10', 'M7 5 L10 8 L7 11', 'M13 3 V13'],
  loader: ['M8 2.5 L13 5.2 V10.8 L8 13.5 L3 10.8 V5.2 Z', 'M3 5.2 L8 8 L13 5.2', 'M8 8 V13.5'],
  history: ['M3 8 A5 5 0 1 0 4.6 4.3', 'M4.2 1.8 L4.4 4.6 L7.2 4.5', 'M8 5.2 V8 L10.2 9.4'],
  stop: ['M4.5 4.5 H11.5 V11.5 H4.5 Z'],
  copy: ['M5.5 5.5 H13 V13 H5.5 Z', 'M10.5 5.5 V3 H3 V10.5 H5.5'],
  save: ['M8 2.5 V9.5', 'M5 6.8 L8 9.8 L11 6.8', 'M3 12.8 H13'],
  zoomIn: ['M7 3 A4 4 0 1 0 7.01 3', 'M10 10 L13.5 13.5', 'M5 7 H9', 'M7 5 V9'],
  source: ['M5.5 5 L2.5 8 L5.5 11', 'M10.5 5 L13.5 8 L10.5 11'],
  warning: ['M8 2.8 L14 13.2 H2 Z', 'M8 6.5 V9.6', 'M8 11 V11.6'],
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const data of PATHS[name]) {
    const path = document.createElementNS(NAMESPACE, 'path');
    path.setAttribute('d', data);
    svg.append(path);
  }
  return svg;
}
