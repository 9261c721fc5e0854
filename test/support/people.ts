import { randomUUID } from 'node:crypto';
import type { Message } from '../../src/rooms/room/message.js';
import type { Room } from '../../src/rooms/room/room.js';
import type { User } from '../../src/users/user.js';
import { subscribe, type RawSubscriber } from './raw-subscriber.js';
import { JSON_TYPE } from './requests.js';

export const PASSWORD = 'a sentence nobody guesses';

/** Someone who has signed up and in, and what they do over HTTP. */
export class Person {
  private constructor(
    readonly url: string,
    readonly user: User,
    readonly sessionId: string,
    readonly token: string,
  ) {}

  static async signUp(url: string, username: string, names: object = {}): Promise<Person> {
    const account = { username, password: PASSWORD, ...names };
    const created = await send(url, 'POST', '/api/accounts', account);
    if (created.status !== 201) throw new Error(await created.text());
    return Person.signIn(url, username);
  }

  static async signIn(url: string, username: string): Promise<Person> {
    const answer = await send(url, 'POST', '/api/session', { username, password: PASSWORD });
    if (answer.status !== 201) throw new Error(await answer.text());
    const { token, session, user } = (await answer.json()) as {
      token: string;
      session: { id: string };
      user: User;
    };
    return new Person(url, user, session.id, token);
  }

  get id(): string {
    return this.user.id;
  }

  /** What signs a browser in. */
  get cookie() {
    const { hostname } = new URL(this.url);
    return { name: 'carillon_session', value: this.token, domain: hostname, path: '/' };
  }

  get bearer(): { Authorization: string } {
    return { Authorization: `Bearer ${this.token}` };
  }

  /** The same person at another node. */
  at(url: string): Person {
    return new Person(url, this.user, this.sessionId, this.token);
  }

  send(method: string, path: string, body?: unknown, headers = {}): Promise<Response> {
    return send(this.url, method, path, body, { ...this.bearer, ...headers });
  }

  /** Does it, and expects it to be answered with 2xx. */
  async does<T>(method: string, path: string, body?: unknown): Promise<T> {
    return done(await this.send(method, path, body));
  }

  gets<T>(path: string): Promise<T> {
    return this.does('GET', path);
  }

  makes(name: string, kind: 'public' | 'private' = 'public'): Promise<Room> {
    return this.does('POST', '/api/rooms', { kind, name });
  }

  joins({ id }: Room): Promise<unknown> {
    return this.does('POST', `/api/rooms/${id}/members`);
  }

  /** Invites someone, who accepts. */
  async brings(other: Person, room: Room): Promise<void> {
    await this.does('POST', `/api/rooms/${room.id}/invitations`, { userId: other.id });
    await other.joins(room);
  }

  says(room: Room, text: string, clientId: string = randomUUID()): Promise<Message> {
    return this.does('POST', `/api/rooms/${room.id}/messages`, { clientId, text });
  }

  reacts(message: Message, emoji: string): Promise<void> {
    return this.does('PUT', reactionPath(message, emoji));
  }

  repliesTo({ roomId, seq }: Message, text: string): Promise<Message> {
    const body = { clientId: randomUUID(), text, replyTo: seq };
    return this.does('POST', `/api/rooms/${roomId}/messages`, body);
  }

  /** What was said last in a room, in order. */
  async reads({ id }: Room): Promise<(string | null)[]> {
    const messages = await this.gets<Message[]>(`/api/rooms/${id}/messages?limit=200`);
    return messages.map(({ text }) => text);
  }

  listens(path = '/api/events', headers = {}): Promise<RawSubscriber> {
    return subscribe(Number(new URL(this.url).port), path, {
      headers: { ...this.bearer, ...headers },
    });
  }
}

/** The path of a caller's reaction. */
export const reactionPath = ({ roomId, id }: Message, emoji: string): string =>
  `/api/rooms/${roomId}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;

/** Reads a response, and expects it to have a status of 2xx. */
export async function done<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const send = (
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url + path, {
    method,
    headers: body === undefined ? headers : { ...JSON_TYPE, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
