import { randomUUID } from 'node:crypto';
import type { Message } from '../../src/rooms/message.js';
import type { Membership, Room } from '../../src/rooms/room.js';
import type { User } from '../../src/users/user.js';
import { JSON_TYPE, post } from './requests.js';

export const passwordOf = (username: string): string => `engines of ${username}`;

interface Answered<Body> {
  readonly answer: Body;
  readonly headers: Headers;
}

/** Somebody who is signed in, by the API and for a browser. */
export class Person {
  private constructor(
    readonly url: string,
    readonly user: User,
    readonly token: string,
  ) {}

  static async signUp(url: string, username: string, lastname = ''): Promise<Person> {
    const password = passwordOf(username);
    const letters = username.replace(/\d+$/, '');
    const firstname = letters.charAt(0).toUpperCase() + letters.slice(1);
    const names = { firstname, ...(lastname && { lastname }) };
    const made = await post(`${url}/api/accounts`, { username, password, ...names });
    if (made.status !== 201) throw new Error(`${made.status} ${await made.text()}`);
    const session = await post(`${url}/api/session`, { username, password });
    const { token, user } = (await session.json()) as { token: string; user: User };
    return new Person(url, user, token);
  }

  get id(): string {
    return this.user.id;
  }

  get cookie() {
    const { hostname } = new URL(this.url);
    return { name: 'carillon_session', value: this.token, domain: hostname, path: '/' };
  }

  async call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const { answer } = await this.ask<Body>(method, path, body);
    return answer;
  }

  async ask<Body>(method: string, path: string, body?: unknown): Promise<Answered<Body>> {
    const response = await fetch(`${this.url}/api/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body !== undefined && JSON_TYPE) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { answer: (text ? JSON.parse(text) : undefined) as Body, headers: response.headers };
  }

  makeRoom(name: string, kind: 'public' | 'private' = 'public'): Promise<Room> {
    return this.call('POST', 'rooms', { kind, name });
  }

  join({ id }: Room): Promise<Membership> {
    return this.call('POST', `rooms/${id}/members`, {});
  }

  say({ id }: Room, text: string): Promise<Message> {
    return this.call('POST', `rooms/${id}/messages`, { clientId: randomUUID(), text });
  }

  /** All that was said last, in order. */
  async heard({ id }: Room): Promise<(string | null)[]> {
    const messages = await this.call<Message[]>('GET', `rooms/${id}/messages?limit=200`);
    return messages.map(({ text }) => text);
  }
}
