import type { Notification } from '../../src/notifications/notification.js';
import type { RunningApplication } from './application.js';
import { keyCommand } from './key-command.js';
import { addKey } from './keys.js';
import { done, send } from './people.js';
import type { CarillonProcess } from './process.js';

/** A program with a key, and what it does over HTTP. */
export class Program {
  readonly bearer: { readonly Authorization: string };

  private constructor(
    readonly url: string,
    private readonly key: string,
  ) {
    this.bearer = { Authorization: `Bearer ${key}` };
  }

  /** One that may send notifications, at an application in the test's process. */
  static async notifier(application: RunningApplication): Promise<Program> {
    return new Program(application.url, (await addKey(application, { notify: true })).secret);
  }

  /** The same, at an application in a process of its own. */
  static async notifierAt({ url, folder }: CarillonProcess): Promise<Program> {
    const { stdout } = await keyCommand(folder, {}, 'create', 'shop', '--notify');
    return new Program(url, stdout.trim());
  }

  /** The same program at another node. */
  at(url: string): Program {
    return new Program(url, this.key);
  }

  send(method: string, path: string, body?: unknown, headers = {}): Promise<Response> {
    return send(this.url, method, path, body, { ...this.bearer, ...headers });
  }

  /** Does it, and expects it to be answered with 2xx. */
  async does<T>(method: string, path: string, body?: unknown): Promise<T> {
    return done(await this.send(method, path, body));
  }

  /** Sends a notification, and expects it to be answered with 201. */
  notifies(to: object, title: string): Promise<Notification> {
    return this.does('POST', '/api/notifications', { to, kind: 'test', title });
  }
}
