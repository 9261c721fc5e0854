import type { ProblemDocument } from '../../src/http/problems.js';
import type { User } from '../../src/users/user.js';

export const JSON_TYPE = { 'Content-Type': 'application/json' };

export const post = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const patch = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'PATCH',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });

/** Creates a user and expects it to be answered with 201. */
export async function createUser(url: string, firstname: string, lastname = 'DOE'): Promise<User> {
  const response = await post(`${url}/api/users`, { firstname, lastname });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as User;
}

export async function listUsers(url: string, query = ''): Promise<User[]> {
  return (await (await fetch(`${url}/api/users${query}`)).json()) as User[];
}

/** Reads a problem document, and expects it to be one. */
export async function problemOf(response: Response): Promise<ProblemDocument> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as ProblemDocument;
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^urn:carillon:problem:[a-z-]+$/) as string,
    status: response.status,
    title: expect.any(String) as string,
    detail: expect.any(String) as string,
  });
  return problem;
}

export const problemCode = async (response: Response): Promise<string> =>
  (await problemOf(response)).type.replace('urn:carillon:problem:', '');
