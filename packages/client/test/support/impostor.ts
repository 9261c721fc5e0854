import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** `count` numbers the requests from 1. */
type Answer = (response: ServerResponse, count: number, request: IncomingMessage) => void;

/** A server of bytes that no Carillon would send. */
export class Impostor {
  readonly requests: IncomingMessage[] = [];
  readonly times: number[] = [];
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      this.times.push(performance.now());
      answer(response, this.requests.length, request);
    });
  }

  static async start(answer: Answer): Promise<Impostor> {
    const impostor = new Impostor(answer);
    await once(impostor.#server.listen(0, '127.0.0.1'), 'listening');
    return impostor;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}/events`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Begins an event stream. */
export const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
