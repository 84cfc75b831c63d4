/**
 * Colours: one per fd class for each of VS Code's four kinds of theme (a test holds them to a distance of ΔE2000 ≥ 10 from
 * each other and a contrast of 3:1 with the background), everything else from VS Code's CSS variables. Reads the DOM's
 * variables; draws nothing.
 */
import type { FdClass } from './model/classes';
import { PANE_ORDER } from './model/classes';
import { inkOn, mix, parseColour, withAlpha } from './model/colour';

export type ThemeKind = 'dark' | 'light' | 'hc-dark' | 'hc-light';

export const CLASS_COLOURS: Readonly<Record<ThemeKind, Readonly<Record<FdClass, string>>>> = {
  dark: {
    none: '#8a8f98',
    file: '#4e9cf5',
    directory: '#86d5f2',
    pipe: '#f0a040',
    network: '#4ec27e',
    'local-socket': '#1fb5a8',
    terminal: '#b98cf2',
    device: '#b5835a',
    event: '#f2d24b',
    poll: '#f283c0',
    watch: '#c3e05a',
    memory: '#7d88d0',
    process: '#f5825f',
    'kernel-file': '#98a238',
    other: '#d2cbbf',
  },
  light: {
    none: '#7b7f86',
    file: '#0a68cc',
    directory: '#3f8eb2',
    pipe: '#b8620a',
    network: '#1c7f45',
    'local-socket': '#0b7f7c',
    terminal: '#7a3fc0',
    device: '#7d4f2a',
    event: '#8f7400',
    poll: '#c2358a',
    watch: '#5d8a12',
    memory: '#444f9c',
    process: '#c9472f',
    'kernel-file': '#5f661a',
    other: '#4a4742',
  },
  'hc-dark': {
    none: '#9a9fa8',
    file: '#4ea6ff',
    directory: '#92e0ff',
    pipe: '#ffa53d',
    network: '#3fe07d',
    'local-socket': '#19d1c0',
    terminal: '#c699ff',
    device: '#cc9669',
    event: '#ffe14f',
    poll: '#ff8bd0',
    watch: '#d2f25c',
    memory: '#8d9aef',
    process: '#ff8a66',
    'kernel-file': '#aab53a',
    other: '#e2dccf',
  },
  'hc-light': {
    none: '#6b6f76',
    file: '#0559b9',
    directory: '#1f7396',
    pipe: '#9b4f01',
    network: '#046a36',
    'local-socket': '#0b6a68',
    terminal: '#6b2eb6',
    device: '#6b3f1e',
    event: '#755e00',
    poll: '#b01c78',
    watch: '#47700a',
    memory: '#323b8b',
    process: '#b5331c',
    'kernel-file': '#4a500f',
    other: '#33302c',
  },
};

export interface ClassPaint {
  readonly fill: string;
  /** Text on the fill. */
  readonly ink: string;
  /** While the descriptor is open. */
  readonly open: string;
}

export interface Theme {
  readonly kind: ThemeKind;
  readonly highContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
  readonly error: string;
  readonly errorInk: string;
  readonly focus: string;
  readonly range: string;
  readonly rowHover: string;
  readonly rowSelected: string;
  readonly font: string;
  readonly mono: string;
  readonly classes: ReadonlyMap<number, ClassPaint>;
}

const FALLBACKS: Readonly<
  Record<ThemeKind, { readonly background: string; readonly foreground: string; readonly error: string }>
> = {
  dark: { background: '#1f1f1f', foreground: '#cccccc', error: '#ff5555' },
  light: { background: '#ffffff', foreground: '#3b3b3b', error: '#d3232b' },
  'hc-dark': { background: '#000000', foreground: '#ffffff', error: '#ff4d4d' },
  'hc-light': { background: '#ffffff', foreground: '#292929', error: '#b00b1c' },
};

/** The theme that the body's classes and the root's CSS variables name now. */
export function readTheme(body: HTMLElement): Theme {
  const kind = themeKind(body);
  const style = getComputedStyle(body);
  const variable = (name: string, fallback: string): string => {
    const value = style.getPropertyValue(`--vscode-${name}`).trim();
    return parseColour(value) === undefined ? fallback : value;
  };
  const fallback = FALLBACKS[kind];
  const background = variable('editor-background', fallback.background);
  const foreground = variable('foreground', fallback.foreground);
  const highContrast = kind === 'hc-dark' || kind === 'hc-light';
  return {
    kind,
    highContrast,
    background,
    foreground,
    muted: variable('descriptionForeground', mix(foreground, background, 0.7)),
    line: highContrast ? variable('contrastBorder', foreground) : mix(foreground, background, 0.11),
    grid: mix(foreground, background, highContrast ? 0.25 : 0.07),
    error: fallback.error,
    errorInk: inkOn(fallback.error),
    focus: variable('focusBorder', highContrast ? '#f38518' : '#0078d4'),
    range: withAlpha(variable('focusBorder', '#0078d4'), 0.16),
    rowHover: withAlpha(foreground, 0.05),
    rowSelected: withAlpha(foreground, 0.09),
    font: style.getPropertyValue('--vscode-font-family').trim() || 'system-ui, sans-serif',
    mono: style.getPropertyValue('--vscode-editor-font-family').trim() || 'ui-monospace, monospace',
    classes: classPaints(kind, highContrast),
  };
}

function themeKind(body: HTMLElement): ThemeKind {
  // VS Code puts both classes on the body of the light high-contrast theme.
  if (body.classList.contains('vscode-high-contrast-light')) {
    return 'hc-light';
  }
  if (body.classList.contains('vscode-high-contrast')) {
    return 'hc-dark';
  }
  return body.classList.contains('vscode-light') ? 'light' : 'dark';
}

function classPaints(kind: ThemeKind, highContrast: boolean): ReadonlyMap<number, ClassPaint> {
  return new Map(
    PANE_ORDER.map((info) => {
      const fill = CLASS_COLOURS[kind][info.id];
      const open = highContrast ? 'transparent' : withAlpha(fill, 0.07);
      return [info.value, { fill, ink: inkOn(fill), open }];
    }),
  );
}

/** Gives the style sheet the colours that VS Code's variables don't have. */
export function paintClasses(root: HTMLElement, theme: Theme): void {
  root.dataset.theme = theme.kind;
  root.style.setProperty('--line', theme.line);
  root.style.setProperty('--error', theme.error);
  root.style.setProperty('--error-ink', theme.errorInk);
  for (const info of PANE_ORDER) {
    const paint = theme.classes.get(info.value);
    root.style.setProperty(`--class-${info.id}`, paint?.fill ?? theme.muted);
    root.style.setProperty(`--ink-${info.id}`, paint?.ink ?? theme.background);
  }
}

/** Calls back when VS Code switches the theme. */
export function watchTheme(body: HTMLElement, changed: () => void): MutationObserver {
  const observer = new MutationObserver(changed);
  observer.observe(body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id', 'data-vscode-theme-kind'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  return observer;
}
