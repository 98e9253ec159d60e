// A few words for building our own elements. Attributes and CSSOM only: nothing that a page's policy could refuse.

type Content = string | Node;

export interface Props {
  class?: string;
  id?: string;
  attrs?: Readonly<Record<string, string>>;
  /** A click by a person; scripts can't make one. */
  press?: () => void;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  props: Props = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  if (props.class) node.className = props.class;
  if (props.id) node.id = props.id;
  if (node instanceof HTMLButtonElement) node.type = 'button';
  for (const [attr, value] of Object.entries(props.attrs ?? {})) node.setAttribute(attr, value);
  const { press } = props;
  if (press) node.addEventListener('click', (event) => event.isTrusted && press());
  node.append(...content);
  return node;
}

/** Sets custom properties for an agent's colour, with a readable text colour on it. */
export function tint(node: HTMLElement, color: string): void {
  const safe = /^#[0-9a-f]{6}$/i.test(color) ? color : '#1f5fd6';
  node.style.setProperty('--agent', safe);
  node.style.setProperty('--on-agent', luminance(safe) > 0.18 ? '#000' : '#fff');
}

/** Relative luminance of `#rrggbb` (WCAG); above 0.18 black has the better contrast. */
function luminance(color: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

/** First letters, for the round face. */
export function initials(name: string): string {
  return name
    .split(' ')
    .filter((word) => /^\p{L}|\p{N}/u.test(word))
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 63).toLocaleUpperCase())
    .join('');
}
