// What stands before an application under a name of its own: it hands on every request as it came, and logs it.
import {
  request as ask,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Logged {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

export class Front {
  readonly log: Logged[] = [];
  private readonly tunnels = new Set<Duplex>();

  private constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly inner: number,
    private readonly server: Server,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.handOn(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.tunnel(request, socket, head),
    );
  }

  /** Opens a front at `host`, a name of this machine, for what listens at the port `inner`. */
  static async before(host: string, inner: number): Promise<Front> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo; // it listens on a port
    return new Front(host, port, inner, server);
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  close(): Promise<void> {
    for (const one of this.tunnels) one.destroy();
    return new Promise((done) => {
      this.server.close(() => done());
      this.server.closeAllConnections();
    });
  }

  private onward(request: IncomingMessage) {
    const { method, url, rawHeaders } = request;
    this.log.push({ method: method ?? '', url: url ?? '', headers: request.headers });
    return ask({ host: '127.0.0.1', port: this.inner, method, path: url, headers: rawHeaders, setHost: false });
  }

  private handOn(request: IncomingMessage, response: ServerResponse): void {
    const onward = this.onward(request);
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
    });
    request.pipe(onward);
  }

  private tunnel(request: IncomingMessage, near: Duplex, head: Buffer): void {
    const onward = this.onward(request);
    const end = () => near.destroy();
    onward.on('error', end);
    near.on('error', () => onward.destroy());
    onward.on('response', end); // the application wants no socket
    onward.on('upgrade', (answer, far, first) => {
      const raw = answer.rawHeaders;
      const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
      for (let i = 0; i + 1 < raw.length; i += 2) lines.push(`${raw[i]}: ${raw[i + 1]}`);
      near.write(`${lines.join('\r\n')}\r\n\r\n`);
      near.write(first);
      far.write(head);
      for (const one of [near, far]) {
        this.tunnels.add(one);
        one.on('error', () => undefined);
        one.on('close', () => {
          this.tunnels.delete(one);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    onward.end();
  }
}
