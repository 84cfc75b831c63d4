/**
 * Making elements. Text is only ever set as text: nothing here or elsewhere in the webview parses HTML.
 */
export type Child = Node | string | undefined;

export interface Attributes {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly [attribute: string]: string | undefined;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) {
      continue;
    }
    if (name === 'text') {
      made.textContent = value;
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export function button(
  attributes: Attributes,
  pressed: (event: MouseEvent) => void,
  ...children: readonly Child[]
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, ...children);
  made.addEventListener('click', pressed);
  return made;
}

/** Sets an attribute only if it differs: a frame touches the DOM as little as it can. */
export function setAttribute(target: Element, name: string, value: string | undefined): void {
  if (value === undefined) {
    target.removeAttribute(name);
  } else if (target.getAttribute(name) !== value) {
    target.setAttribute(name, value);
  }
}

export function setText(target: Element, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Wraps an updater so that it runs only when one of its inputs is another than before. */
export function whenChanged<T extends readonly unknown[]>(update: (...inputs: T) => void): (...inputs: T) => void {
  let before: T | undefined;
  return (...inputs) => {
    if (before?.every((value, index) => Object.is(value, inputs[index])) !== true) {
      before = inputs;
      update(...inputs);
    }
  };
}
