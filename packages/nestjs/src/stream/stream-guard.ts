import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { StartupError } from '../engine/startup-error.js';
import { isStreaming, notePipelined } from './streaming-connections.js';

/** Protects the connections of streams, without middleware of the application. */
@Injectable()
export class StreamGuard implements OnApplicationBootstrap {
  constructor(private readonly host: HttpAdapterHost) {}

  /** @throws StartupError the application does not run on Express. */
  onApplicationBootstrap(): void {
    const { httpAdapter } = this.host;
    if (!httpAdapter) return;
    if (httpAdapter.getType() !== 'express')
      throw new StartupError(
        `CarillonModule needs Express, and this application runs on ${httpAdapter.getType()}. Create it with NestFactory.create(AppModule) and @nestjs/platform-express.`,
      );
    guard(httpAdapter.getHttpServer() as Server);
  }
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** In place of the listeners, not before them: the request of a connection that is cut must not be carried out. */
function guard(server: Server): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // An answer would end up inside the stream.
    if (isStreaming(request.socket)) return void request.socket.destroy();
    notePipelined(request.socket, response);
    for (const listener of listeners) listener.call(server, request, response);
  });
}
