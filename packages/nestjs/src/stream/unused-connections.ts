import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections that have carried no request when the application shuts down, as Node 26 does in `server.close()`.
 * Node 24 counts them as active and waits for them without a limit. They are common: browsers open connections in
 * advance, and `fetch` in Node opens one after a stream is aborted.
 */
@Injectable()
export class UnusedConnections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #open = new Set<Socket>();
  /** One function for all connections. */
  readonly #onClose: (this: Socket) => void;
  #isClosing = false;

  constructor(private readonly host: HttpAdapterHost) {
    const open = this.#open;
    this.#onClose = function forget(this: Socket) {
      open.delete(this);
    };
  }

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    server?.on('connection', (socket) => this.#add(socket));
  }

  beforeApplicationShutdown(): void {
    this.#isClosing = true;
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }

  #add(socket: Socket): void {
    // The server still listens until the hooks of all modules have run.
    if (this.#isClosing) return void socket.destroy();
    this.#open.add(socket);
    socket.on('close', this.#onClose);
  }
}
