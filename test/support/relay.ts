import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Passes connections on to a server, such as a PostgreSQL, and knows those that are open. */
export class Relay {
  /** All connections that there were. */
  readonly sockets: Socket[] = [];
  open = 0;
  /** Whether the end of a connection that the server closes stays here, as on a network that loses it. */
  holdsEnds = false;
  /** Cuts each open connection where the server sends this text next, so that what comes before arrives. */
  cutsBefore: string | undefined;
  readonly #server: Server;

  private constructor(
    private readonly to: number,
    private readonly refusal: (startup: Buffer) => Buffer | undefined,
  ) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => void this.#accept(socket));
  }

  /** @param refusal what to answer the first message of a connection with, instead of passing it on. */
  static async start(to: number, refusal: Relay['refusal'] = () => undefined): Promise<Relay> {
    const relay = new Relay(to, refusal);
    await once(relay.#server.listen(0, '127.0.0.1'), 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** The same URL, by way of the relay. */
  through(url: string): string {
    const relayed = new URL(url);
    relayed.port = `${this.port}`;
    return relayed.href;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }

  async #accept(socket: Socket): Promise<void> {
    this.sockets.push(socket);
    this.open++;
    socket.on('error', () => undefined).on('close', () => this.open--);
    const [startup] = (await once(socket, 'data')) as [Buffer];
    const refused = this.refusal(startup);
    if (refused) return void socket.end(refused);
    const upstream = connect(this.to, '127.0.0.1');
    upstream.write(startup);
    socket.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      const at = this.cutsBefore === undefined ? -1 : bytes.indexOf(this.cutsBefore);
      if (at < 0) return void (socket.write(bytes) || upstream.pause());
      socket.end(bytes.subarray(0, at), () => socket.destroy());
      upstream.destroy();
    });
    socket.on('drain', () => upstream.resume());
    const end = (): void => {
      if (!this.holdsEnds) socket.end();
    };
    upstream.on('end', end).on('error', end);
    socket.on('close', () => upstream.destroy());
  }
}

/** The names in a startup message: https://www.postgresql.org/docs/current/protocol-message-formats.html */
export const startupParameters = (startup: Buffer): string[] =>
  startup
    .toString('utf8', 8)
    .split('\0')
    .filter((text, index) => index % 2 === 0 && text !== '');

/** An ErrorResponse that ends the connection. */
export function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
