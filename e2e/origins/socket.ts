// The server's half of a WebSocket, as little as the checks need: one frame at a time, payloads below 64 KiB.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Socket {
  send(data: string | Buffer): void;
  close(code: number, reason: string): void;
}

const KEY = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(kind: number, payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 4 : 2);
  head[0] = 0x80 | kind;
  head[1] = long ? 126 : payload.length;
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Takes the upgrade and calls `heard` with each message. */
export function accept(
  request: IncomingMessage,
  stream: Duplex,
  heard: (data: string | Buffer, socket: Socket) => void,
): Socket {
  const answer = createHash('sha1').update(`${request.headers['sec-websocket-key']}${KEY}`).digest('base64');
  const protocol = request.headers['sec-websocket-protocol']?.split(/,\s*/)[0];
  const head = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: Upgrade'];
  head.push(`sec-websocket-accept: ${answer}`, ...(protocol ? [`sec-websocket-protocol: ${protocol}`] : []));
  stream.write(`${head.join('\r\n')}\r\n\r\n`);
  const socket: Socket = {
    send: (data) => stream.write(typeof data === 'string' ? frame(1, Buffer.from(data)) : frame(2, data)),
    close: (code, reason) => {
      const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
      payload.writeUInt16BE(code, 0);
      payload.write(reason, 2);
      stream.end(frame(8, payload));
    },
  };
  let rest = Buffer.alloc(0);
  stream.on('error', () => stream.destroy());
  stream.on('data', (part: Buffer) => {
    rest = Buffer.concat([rest, part]);
    for (let one = take(rest); one; one = take(rest)) {
      rest = rest.subarray(one.size);
      if (one.kind === 8) return void stream.end(frame(8, one.payload));
      if (one.kind === 1) heard(one.payload.toString('utf8'), socket);
      if (one.kind === 2) heard(one.payload, socket);
    }
  });
  return socket;
}

/** The first whole frame of what came. Clients mask, always. */
function take(data: Buffer): { kind: number; payload: Buffer; size: number } | undefined {
  if (data.length < 6) return undefined;
  const short = (data[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : 2;
  const length = short === 126 ? data.readUInt16BE(2) : short;
  const size = start + 4 + length;
  if (data.length < size) return undefined;
  const mask = data.subarray(start, start + 4);
  const payload = Buffer.from(data.subarray(start + 4, size).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return { kind: (data[0] ?? 0) & 0x0f, payload, size };
}
