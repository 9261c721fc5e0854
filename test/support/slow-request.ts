import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const BODY = JSON.stringify({ firstname: 'Slow', lastname: 'REQUEST' });

/** A POST that is running: the server has read its head and waits for its body. */
export class SlowRequest {
  #answer = '';
  readonly #closed: Promise<unknown>;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.#answer += chunk.toString()));
    socket.on('error', () => undefined);
    this.#closed = once(socket, 'close');
  }

  static async begin(port: number): Promise<SlowRequest> {
    const request = new SlowRequest(connect(port, '127.0.0.1'));
    request.socket.write(
      'POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Expect: 100-continue\r\nContent-Length: ${BODY.length}\r\n\r\n`,
    );
    while (!request.#answer.includes('100 Continue')) await once(request.socket, 'data');
    request.#answer = '';
    return request;
  }

  /** Sends the body, and resolves with all that came until the server closed the connection. */
  async finish(): Promise<string> {
    if (this.socket.writable) this.socket.write(BODY);
    await this.#closed;
    return this.#answer.trimStart();
  }
}
