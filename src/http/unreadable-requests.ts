import { randomUUID } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, PROBLEM_TYPE, type ProblemCode } from './problems.js';
import { StreamingConnections } from './streaming-connections.js';

/** Answers what never becomes a request, since node cannot parse it or it does not come to an end. */
export function answerUnreadableRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const code = codeOf(error);
    const running = (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage;
    // Bytes put into a stream would end up inside it; where the connection failed there is nobody to tell.
    if (!code || !socket.writable || StreamingConnections.has(socket)) socket.destroy();
    // What came before the bytes that are wrong was right, and gets its answer.
    else if (running) running.once('finish', () => socket.destroySoon());
    else socket.end(answer(new Problem(code, `${error.message}.`)));
  });
}

/** @returns `undefined` where it is the connection that failed. */
function codeOf({ code = '' }: NodeJS.ErrnoException): ProblemCode | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return code.startsWith('HPE_') ? 'malformed-request' : undefined;
}

function answer(problem: Problem): string {
  const requestId = randomUUID();
  const { status, title, ...rest } = problem.document(requestId);
  const body = JSON.stringify({ ...rest, title, status });
  return (
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_TYPE}\r\nX-Request-Id: ${requestId}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
