import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as protocol from '@coview/snippet/protocol';
import { expect, test } from './support/fixture';
import { expected, type TreeNode } from './support/tree';

// What `dom-capture/vectors/README.md` describes.
interface Vectors {
  messages: { set: SetName; value: { kind: string }; hex: string }[];
  frames: { name: string; head: protocol.FrameHead; payload: string; hex: string }[];
  refused: { name: string; set: SetName; hex: string; edge: boolean }[];
  refusedFrames: { name: string; hex: string; edge: boolean }[];
}
interface Markup {
  accepted: { name: string; tree: TreeNode[]; html: string; count: number; masked: string; hidden: number[] }[];
  refused: { name: string; html: string }[];
}
type SetName = 'stream' | 'visitorOut' | 'visitorIn' | 'agentOut' | 'agentIn';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../vectors/${name}`, import.meta.url)), 'utf8'));
const vectors = read('messages.json') as Vectors; // its README says so
const markup = read('markup.json') as Markup; // its README says so
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const sets: Record<SetName, protocol.Messages<{ kind: string }>> = {
  stream: protocol.direction(protocol.stream),
  visitorOut: protocol.direction(protocol.visitorOut),
  visitorIn: protocol.direction(protocol.visitorIn),
  agentOut: protocol.direction(protocol.agentOut),
  agentIn: protocol.direction(protocol.agentIn),
} as Record<SetName, protocol.Messages<{ kind: string }>>; // each reads and writes its own kinds

/** Bytes as the vectors write them. */
const inHex = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

/** The real name of a renamed element (`u:n`) goes with its mask. */
const withoutMaskedNames = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"e":"[^"]*",("ns":"[^"]*",)?"masked"/g, '"masked"'));

/** Markup of `refused` that does a viewer no harm; the skip mark is the edge's own. */
const ONLY_THE_EDGE = ['an attribute twice', 'a mark only the edge writes', 'u:n for a name that needs none'];

test('every message of the vectors is read and written to the same bytes', () => {
  expect(vectors.messages.length).toBeGreaterThan(50);
  for (const { set, value, hex } of vectors.messages) {
    const plain = 'data' in value && typeof value.data === 'string' ? { ...value, data: bytes(value.data) } : value;
    expect(Buffer.from(protocol.payload(sets[set], [plain])).toString('hex')).toBe(hex);
    const [message] = protocol.readPayload(sets[set], bytes(hex));
    expect(JSON.parse(JSON.stringify(message, inHex))).toEqual(value);
  }
});

test('messages that the vectors refuse are not read', () => {
  const read = vectors.refused.filter(({ edge, set, hex }) => {
    if (edge) return false;
    try {
      protocol.readPayload(sets[set], bytes(hex));
      return true;
    } catch (error) {
      return !(error instanceof protocol.WireError);
    }
  });
  expect(read.map(({ name }) => name)).toEqual([]);
});

test('frames of the vectors are split and inflated, and refused ones are not', async ({ agent }) => {
  const seen = await agent.evaluate(
    async ([frames, refused]) => {
      const from = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
      const to = (array: Uint8Array) => [...array].map((b) => b.toString(16).padStart(2, '0')).join('');
      const payload = async (hex: string): Promise<string> => {
        const { head, body } = viewer.wire.splitFrame(from(hex));
        const flat = head.inflated === undefined ? body : await viewer.inflate(new Uint8Array(body), head.inflated);
        return to(flat);
      };
      const accepted: string[] = [];
      for (const { name, hex } of refused) {
        const got = await payload(hex).catch(() => 'refused');
        if (got !== 'refused') accepted.push(`${name}: ${got}`);
      }
      return { payloads: await Promise.all(frames.map(({ hex }) => payload(hex))), accepted };
    },
    [vectors.frames, vectors.refusedFrames] as const,
  );
  expect(seen.payloads).toEqual(vectors.frames.map(({ payload }) => payload));
  expect(seen.accepted).toEqual(['an empty deflated payload: ']); // no message at all: the edge refuses that
});

test('every accepted markup is rebuilt with the page’s tree and ids, masked and not', async ({ agent }) => {
  expect(markup.accepted.length).toBeGreaterThan(15);
  const seen = await agent.evaluate(
    (list) =>
      list.map(({ html, masked, count }) =>
        [html, masked].map((text) => {
          const m = viewer.mirror({ html: text, count });
          const ids: (number | undefined)[] = [];
          const tree = viewer.readTree(m, m.document, 'h', (node) => ids.push(m.idOf(node)));
          for (const frame of document.querySelectorAll('iframe')) frame.remove();
          return { tree, ids };
        }),
      ),
    markup.accepted,
  );
  markup.accepted.forEach(({ name, tree, hidden }, i) => {
    const wanted = [expected(tree, new Set()), expected(tree, new Set(hidden))];
    expect(seen[i]?.map(withoutMaskedNames), name).toEqual(wanted.map(withoutMaskedNames));
  });
});

test('markup that the vectors refuse is refused by the viewer too, but for what only the edge looks at', async ({
  agent,
}) => {
  const accepted = await agent.evaluate(
    (list) =>
      list
        .filter(({ html }) => {
          // a count that would be right, so that it is not what refuses
          for (let count = 0; count < 12; count++) {
            const why = viewer.refusal(() => viewer.mirror({ html, count }));
            for (const frame of document.querySelectorAll('iframe')) frame.remove();
            if (why === 'none') return true;
          }
          return false;
        })
        .map(({ name }) => name),
    markup.refused,
  );
  expect(accepted).toEqual(ONLY_THE_EDGE);
});
