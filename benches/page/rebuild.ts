// Both ways to rebuild a page from what was sent, each in a fresh sandboxed frame, from bytes to a standing document.
import { createCache, createMirror, createSandboxedIframe, rebuild } from 'rrweb-snapshot';
import { direction, readPayload, splitFrame, stream } from '../../dom-capture/snippet/src/protocol';
import { createFrame } from '../../dom-capture/viewer/src/mirror/document';
import { Mirror } from '../../dom-capture/viewer/src/mirror/mirror';

const codec = direction(stream);
const utf8 = new TextDecoder();

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const size = (frame: HTMLIFrameElement): void => {
  frame.style.cssText = 'width:1200px;height:800px;border:0';
};

let input: Uint8Array<ArrayBuffer>[] = [];
let open: HTMLIFrameElement | undefined;

function count(root: Node): number {
  let nodes = 0;
  const walker = document.createTreeWalker(root);
  while (walker.nextNode()) {
    nodes++;
    const shadow = (walker.currentNode as Partial<Element>).shadowRoot; // absent on what is no element
    if (shadow) nodes += count(shadow);
  }
  return nodes;
}

function ours(): void {
  open = createFrame(document.body);
  size(open);
  if (!open.contentDocument) throw new Error('no frame');
  const mirror = new Mirror(open.contentDocument, { assets: `${location.origin}/v1/assets/bench` });
  for (const frame of input) {
    for (const message of readPayload(codec, splitFrame(frame).body)) {
      if (message.kind === 'Snapshot') mirror.snapshot(message);
      else if (message.kind === 'Patch') mirror.patch(message.ops);
      else mirror.sheet(message.hash, message.base, message.text);
    }
  }
}

function theirs(hackCss: boolean): void {
  open = createSandboxedIframe({ root: document.body });
  size(open);
  if (!open.contentDocument || !input[0]) throw new Error('no frame');
  rebuild(JSON.parse(utf8.decode(input[0])), {
    doc: open.contentDocument,
    mirror: createMirror(),
    cache: createCache(),
    hackCss,
  });
}

Object.assign(globalThis, {
  benchRebuild: {
    take(parts: string[]) {
      input = parts.map(bytesOf);
    },
    clear() {
      open?.remove();
      open = undefined;
      (globalThis as { gc?: () => void }).gc?.();
    },
    /** Nodes in the rebuilt document, so that an empty one can't win. */
    nodes: () => (open?.contentDocument ? count(open.contentDocument) : 0),
    ours,
    theirs: () => theirs(true),
    theirsPlain: () => theirs(false),
  },
});
