import { hasStatus, problemOf } from '../../http/problem.js';
import { NoResponseError } from '../../http/request.js';
import { reportSignedOut } from '../../http/signed-out.js';
import { type MessageFile, urlOfFile } from './message-file.js';

interface Upload {
  readonly roomId: string;
  readonly fileId: string;
  readonly content: File;
  readonly name: string;
  readonly signal: AbortSignal;
  /** @param share from 0 to 1 */
  readonly onProgress: (share: number) => void;
}

/**
 * Uploads a file. Safe to repeat: the same id and content are stored once. `fetch` does not report the progress of a
 * body.
 *
 * @throws ProblemError if the status is not 2xx
 * @throws NoResponseError if there is no response
 */
export async function uploadFile(upload: Upload): Promise<MessageFile> {
  const response = await sent(upload);
  if (response.status === 401) reportSignedOut();
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as MessageFile;
}

function sent(upload: Upload): Promise<Response> {
  const { roomId, fileId, content, name, signal, onProgress } = upload;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new NoResponseError('No response from the server'));
    request.open('PUT', `${urlOfFile(roomId, fileId)}?name=${encodeURIComponent(name)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onload = () => resolve(responseOf(request));
    request.onerror = request.onabort = fail;
    signal.addEventListener('abort', () => request.abort(), { once: true });
    if (signal.aborted) fail();
    else request.send(content);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const { status, responseText } = request;
  const headers = new Headers();
  for (const name of ['Content-Type', 'Retry-After']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(responseText, { status, headers });
}

/** Whether the same file is always refused: it is empty, too large, or of a type that is not accepted. */
export const isAboutFile = (error: unknown): boolean =>
  [400, 413, 415, 422].some((status) => hasStatus(error, status));
