// A TCP pipe to the edge that can be held, slowed down to nothing, and cut: networks as they are.
import { connect, createServer, type Socket } from 'node:net';

export class Pipe {
  private readonly pairs = new Set<[Socket, Socket]>();
  private held = false;
  private closed = false;

  private constructor(
    readonly url: string,
    private readonly stop: () => void,
  ) {}

  /** Opens a pipe to `target` (an HTTP URL on loopback). */
  static async to(target: string): Promise<Pipe> {
    const { port } = new URL(target);
    let pipe: Pipe | undefined;
    const server = createServer((near) => pipe?.join(near, Number(port)));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the pipe has no port');
    pipe = new Pipe(`http://localhost:${address.port}`, () => server.close());
    return pipe;
  }

  private join(near: Socket, port: number): void {
    if (this.closed) return void near.destroy();
    const far = connect({ port, host: '127.0.0.1' });
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    near.on('data', (data) => this.carry(data, near, far));
    far.on('data', (data) => this.carry(data, far, near));
    for (const end of pair) {
      end.on('error', () => undefined);
      end.on('close', () => {
        this.pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    if (this.held) far.pause();
  }

  private carry(data: Buffer, from: Socket, to: Socket): void {
    if (to.write(data)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.held || from === undefined) from.resume();
    });
  }

  /** Reads nothing more from the edge: what it sends piles up there. */
  hold(): void {
    this.held = true;
    for (const [, far] of this.pairs) far.pause();
  }

  release(): void {
    this.held = false;
    for (const [, far] of this.pairs) far.resume();
  }

  /** Ends every connection that goes through, as a network does: without a word. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Cuts, and refuses new connections until `open`. */
  down(): void {
    this.closed = true;
    this.cut();
  }

  up(): void {
    this.closed = false;
  }

  close(): void {
    this.down();
    this.stop();
  }
}
