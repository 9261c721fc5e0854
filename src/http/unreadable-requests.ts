import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { closeWithoutReading, endWithoutReading, isLingering } from './connections.js';
import { isHandedOver } from './handed-over.js';
import { Problem, problemAnswer, type ProblemCode } from './problems.js';

/**
 * Responds to requests that Node cannot parse or that do not arrive completely.
 *
 * @param count is called with each problem.
 */
export function answerUnreadableRequests(server: Server, count: (problem: Problem) => void): void {
  const answerOf = (problem: Problem) => {
    count(problem);
    return describe(problem);
  };
  server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
    const detail = `Expect is ${headers.expect}. Only 100-continue is supported.`;
    const answer = answerOf(new Problem('expectation-failed', detail));
    closeWithoutReading(response);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (isLingering(socket)) return;
    const code = codeOf(error);
    const running = (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage;
    // After a handover, an error response would be written into the response of the stream. A failed connection accepts
    // no response.
    if (!code || !socket.writable || isHandedOver(socket)) socket.destroy();
    // The request before the invalid bytes was valid, and gets its response.
    else if (running?.req.complete) running.once('finish', () => socket.destroySoon());
    else if (running?.headersSent) socket.destroy();
    else endWithoutReading(socket, toBytes(answerOf(new Problem(code, `${error.message}.`))));
  });
}

/** @returns `undefined` if the connection failed. */
function codeOf({ code = '' }: NodeJS.ErrnoException): ProblemCode | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return code.startsWith('HPE_') ? 'malformed-request' : undefined;
}

function describe(problem: Problem) {
  const requestId = randomUUID();
  const { status, headers, body } = problemAnswer(problem, requestId);
  return { status, headers: { ...headers, 'X-Request-Id': requestId, Connection: 'close' }, body };
}

function toBytes({ status, headers, body }: ReturnType<typeof describe>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
