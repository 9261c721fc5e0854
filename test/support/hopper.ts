import { EventSource } from 'eventsource';
import { setTimeout as sleep } from 'node:timers/promises';
import type { User } from '../../src/users/user.js';
import { createUser } from './requests.js';

/** A browser's EventSource on the first of some nodes; when a connection ends it goes on at the next one. */
export class Hopper {
  readonly received: string[] = [];
  readonly resets: string[] = [];
  heartbeats = 0;
  #source: EventSource | undefined;
  #cursor = '';
  #closed = false;

  constructor(
    private readonly urls: () => readonly string[],
    private at = 0,
  ) {
    this.#open();
  }

  /** To the next node, with the cursor. */
  hop(): void {
    this.#source?.close();
    this.at++;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#source?.close();
  }

  #open(): void {
    if (this.#closed) return;
    const urls = this.urls();
    const query = this.#cursor ? `?lastEventId=${this.#cursor}` : '?lastEventId=earliest';
    const source = new EventSource(`${urls[this.at % urls.length]}/api/users/event${query}`);
    this.#source = source;
    const on = (name: string, work: (data: string) => void) =>
      source.addEventListener(name, ({ data, lastEventId }) => {
        this.#cursor = lastEventId;
        work(data as string);
      });
    on('update', (data) => this.received.push((JSON.parse(data) as User).id));
    on('heartbeat', () => this.heartbeats++);
    on('reset', (data) => this.resets.push(data));
    source.addEventListener('error', () => {
      if (this.#source !== source || this.#closed) return;
      source.close();
      this.at++;
      setTimeout(() => this.#open(), 50);
    });
  }
}

const running = new Set<() => Promise<unknown>>();

/** For `afterEach`: ends the writers of a test that has failed. */
export const stopWriters = () => Promise.all(Array.from(running, (stop) => stop()));

/**
 * Each writes until `stop` is called or the test ends, at another node when its own is gone. What was answered is
 * kept. A pause between two writes keeps a test that waits for processes to start from using the CPU that they need.
 */
export const writeTo = (urls: () => readonly string[], writers: number, pause = 0) => {
  const answered: string[] = [];
  let stopping = false;
  const all = Array.from({ length: writers }, async (_, writer) => {
    for (let n = writer; !stopping;)
      try {
        answered.push((await createUser(urls()[n % urls().length]!, 'Writer', `${writer}`)).id);
        if (pause > 0) await sleep(pause);
      } catch {
        n++;
        await sleep(20);
      }
  });
  const stop = async () => {
    stopping = true;
    await Promise.all(all);
    running.delete(stop);
  };
  running.add(stop);
  return { answered, stop };
};
