import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { closeWithoutReading, endWithoutReading, isLingering } from './connections.js';
import { Problem, problemAnswer, type ProblemCode } from './problems.js';
import { isStreaming } from './streaming-connections.js';

/** Answers what never becomes a request, since node cannot parse it or it does not come to an end. */
export function answerUnreadableRequests(server: Server): void {
  server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
    const detail = `Expect is ${headers.expect}; only 100-continue is known here.`;
    const answer = answerOf(new Problem('expectation-failed', detail));
    closeWithoutReading(response);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (isLingering(socket)) return;
    const code = codeOf(error);
    const running = (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage;
    // Bytes put into a stream would end up inside it; where the connection failed there is nobody to tell.
    if (!code || !socket.writable || isStreaming(socket)) socket.destroy();
    // What came before the bytes that are wrong was right, and gets its answer.
    else if (running?.req.complete) running.once('finish', () => socket.destroySoon());
    else if (running?.headersSent) socket.destroy();
    else endWithoutReading(socket, toBytes(answerOf(new Problem(code, `${error.message}.`))));
  });
}

/** @returns `undefined` where it is the connection that failed. */
function codeOf({ code = '' }: NodeJS.ErrnoException): ProblemCode | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return code.startsWith('HPE_') ? 'malformed-request' : undefined;
}

function answerOf(problem: Problem) {
  const requestId = randomUUID();
  const { status, headers, body } = problemAnswer(problem, requestId);
  return { status, headers: { ...headers, 'X-Request-Id': requestId, Connection: 'close' }, body };
}

function toBytes({ status, headers, body }: ReturnType<typeof answerOf>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
