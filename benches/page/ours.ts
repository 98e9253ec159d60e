// Our side: capture as the snippet runs it, every frame's payload encoded to bytes as the outbox does it.
// Deflating is asynchronous and off the main thread in the snippet; here as there, and not part of any time.
import { type Capture, startCapture } from '../../dom-capture/snippet/src/capture';
import { takeNatives } from '../../dom-capture/snippet/src/natives';
import { direction, frame, payload, type StreamMessage, stream } from '../../dom-capture/snippet/src/protocol';
import { base64, type Emitted, gzipSize, type Recorder } from './side';

const codec = direction(stream);

interface Sent {
  place: { epoch: number; offset: number };
  body: Uint8Array<ArrayBuffer>;
}

interface OurRecorder extends Recorder {
  /** A fresh snapshot of the running capture: what it costs when another is asked for. */
  again(): number;
  /** Everything sent since the snapshot, as frames in base64. */
  frames(): string[];
}

function recorder(): OurRecorder {
  let sent: Sent[] = [];
  let kept: Sent[] = [];
  let capture: Capture | undefined;
  let last = 0;
  const send = (place: Sent['place'], messages: StreamMessage[]): void => {
    sent.push({ place, body: payload(codec, messages) });
    last = performance.now();
  };
  return {
    last: () => last,
    start() {
      capture = startCapture({
        natives: takeNatives(),
        masks: [],
        ignore: [],
        isOwn: () => false,
        firstEpoch: 1,
        flushMs: 100,
        backlog: () => 0,
        maxBacklog: 1 << 30,
        send,
        onError: (where) => console.error(`capture: ${where}`),
      });
      if (sent.length === 0) throw new Error('the first snapshot was not sent at once');
    },
    again() {
      const before = sent.length;
      capture?.resync(0);
      if (sent.length === before) throw new Error('the snapshot was not sent at once');
      return sent.slice(before).reduce((sum, one) => sum + one.body.length, 0);
    },
    stop: () => capture?.stop(),
    async emitted(): Promise<Emitted> {
      kept = sent;
      const parts = sent.map((one) => one.body);
      sent = [];
      return {
        messages: parts.length,
        raw: parts.reduce((sum, part) => sum + part.length, 0),
        gzip: await gzipSize(parts),
      };
    },
    frames: () => kept.map(({ place, body }) => base64(frame({ place }, body))),
  };
}

Object.assign(globalThis, { ourSide: { recorder } });
