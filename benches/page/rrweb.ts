// The other side: rrweb with what its own recorder uses, in its leanest setting that keeps styles.
import { type eventWithTime, record } from 'rrweb';
import { createMirror, snapshot } from 'rrweb-snapshot';
import { base64, type Emitted, gzipSize, type Recorder } from './side';

const utf8 = new TextEncoder();
const mirror = createMirror();
let last = '';

/** `snapshot()` in slim mode and `JSON.stringify`, with the text of style sheets or without that of linked ones. */
function take(inlineStylesheet: boolean): number {
  last = JSON.stringify(snapshot(document, { mirror, slimDOM: true, inlineStylesheet }));
  return last.length;
}

function recorder(): Recorder {
  let emitted: string[] = [];
  let stop: (() => void) | undefined;
  let last = 0;
  return {
    last: () => last,
    start() {
      stop = record({
        slimDOMOptions: true,
        maskInputOptions: { password: true },
        emit(event: eventWithTime) {
          emitted.push(JSON.stringify(event));
          last = performance.now();
        },
      });
    },
    stop: () => stop?.(),
    async emitted(): Promise<Emitted> {
      const parts = emitted.map((text) => utf8.encode(text));
      emitted = [];
      return {
        messages: parts.length,
        raw: parts.reduce((sum, part) => sum + part.length, 0),
        gzip: await gzipSize(parts),
      };
    },
  };
}

Object.assign(globalThis, {
  rrwebSide: {
    snapshot: () => take(true),
    snapshotNoCss: () => take(false),
    text: () => base64(utf8.encode(last)),
    recorder,
  },
});
