// The markup vectors that Rust reads as well: each tree is built by DOM calls, and what capture writes is compared.
import { readFileSync } from 'node:fs';
import { expect, test } from './capture/harness';

type Tree =
  | string
  | {
      e: string;
      ns?: string;
      a?: [string, string][];
      c?: Tree[];
      shadow?: Tree[];
      mode?: 'open' | 'closed';
      masked?: boolean;
    };
interface Vector {
  name: string;
  tree: Tree[];
  html: string;
  count: number;
  rules?: string[];
}
const { accepted } = JSON.parse(readFileSync(new URL('../../vectors/markup.json', import.meta.url), 'utf8')) as {
  accepted: Vector[];
}; // our own file

/** Vectors that show what the edge masks while capture did not have the mask: written by the build that does not mask. */
const UNMASKED = accepted.filter(({ tree }) => !JSON.stringify(tree).includes('"masked"'));
/** No page can show a closed root to a script. */
const isOpen = ({ tree }: Vector) => !JSON.stringify(tree).includes('"mode":"closed"');

for (const vector of accepted.filter(isOpen)) {
  test(`the vector "${vector.name}" is what capture writes`, async ({ rig }) => {
    await rig.open('<!doctype html>', { mask: !UNMASKED.includes(vector) });
    const written = await rig.page.evaluate((tree) => {
      const { driver } = window;
      const { page } = driver;
      const HTML = 'http://www.w3.org/1999/xhtml';
      const spaces: Record<string, string> = {
        h: HTML,
        s: 'http://www.w3.org/2000/svg',
        m: 'http://www.w3.org/1998/Math/MathML',
      };
      const build = (node: Tree, parent: Node, space: string | null): void => {
        if (typeof node === 'string') {
          parent.appendChild(page.createTextNode(node));
          return;
        }
        const own =
          node.ns !== undefined
            ? (spaces[node.ns] ?? node.ns)
            : node.e === 'svg'
              ? spaces.s
              : node.e === 'math'
                ? spaces.m
                : space;
        const element = page.createElementNS(own ?? null, node.e);
        const later: [string, string][] = [];
        for (const [name, value] of node.a ?? []) {
          if (/^u:(v|c|ind|s|t|modal|media)$/.test(name)) later.push([name, value]);
          else if (/^[a-z_:][\w:.-]*$/i.test(name)) element.setAttributeNS(null, name, value);
          else {
            const template = page.createElement('template');
            template.innerHTML = `<i ${name}=""></i>`;
            const attribute = template.content.firstElementChild?.attributes[0]?.cloneNode() as Attr; // an Attr clones to an Attr
            attribute.value = value;
            element.setAttributeNode(attribute);
          }
        }
        if (node.masked) element.setAttribute('class', 'no-upscope');
        parent.appendChild(element);
        if (node.shadow) {
          const root = element.attachShadow({ mode: 'open' });
          for (const child of node.shadow) build(child, root, HTML);
        }
        const inner =
          (own === spaces.s && ['foreignObject', 'desc', 'title'].includes(node.e)) ||
          (own === spaces.m && node.e === 'annotation-xml')
            ? HTML
            : (own ?? null);
        for (const child of node.c ?? []) build(child, element, inner);
        for (const [name, value] of later) {
          const field = element as HTMLInputElement & HTMLOptionElement; // what has live state
          if (name === 'u:v') field.value = value;
          else if (name === 'u:c') field.checked = value === '1';
          else if (name === 'u:ind') field.indeterminate = value === '1';
          else if (name === 'u:s') field.selected = value === '1';
          else if (name === 'u:t') element.textContent = value;
        }
      };
      page.documentElement.remove();
      for (const node of tree) build(node, page, HTML);
      driver.startManual();
      return { html: driver.snapshots[0]?.html, count: driver.snapshots[0]?.count, fault: driver.errors[0] };
    }, vector.tree);
    expect(written).toEqual({ html: vector.html, count: vector.count, fault: undefined });
  });
}
