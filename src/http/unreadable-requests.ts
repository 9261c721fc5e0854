import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, PROBLEM_TYPE, type ProblemCode } from './problems.js';

const CODES: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers what never becomes a request, since node cannot parse it or it does not come to an end. */
export function answerUnreadableRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    const problem = new Problem(
      CODES[error.code ?? ''] ?? 'malformed-request',
      'This is not HTTP.',
    );
    const { status, title, ...rest } = problem.document();
    const body = JSON.stringify({ ...rest, status, title, detail: `${title}: ${error.message}.` });
    socket.end(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    return undefined;
  });
}
