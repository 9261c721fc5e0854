import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './stamp.mjs';
import { requestFor } from './subscribers.mjs';

/** Connections that are being opened at one time: less than servers let wait to be accepted. */
const OPENING = 200;
/** Milliseconds after which Chromium reconnects to a server that has sent no `retry`. */
const DEFAULT_RETRY = 3000;

/** Streams that come back by themselves, as those of browsers do (HTML standard, 9.2.3). */
export class EventSources {
  /** @type {EventSource[]} */
  #all = [];

  /**
   * @param {object} spec
   * @param {number} spec.port
   * @param {string} spec.path
   * @param {number} spec.count
   */
  async open({ port, path, count }) {
    const opener = async () => {
      while (this.#all.length < count) {
        const source = new EventSource(port, path);
        this.#all.push(source);
        await source.opened;
      }
    };
    await Promise.all(Array.from({ length: OPENING }, opener));
    return { count };
  }

  /**
   * Waits until each stream has received so many events in all.
   *
   * @param {{ events: number, timeout?: number }} spec
   */
  async received({ events, timeout = 30 }) {
    const limit = now() + timeout * 1e6;
    const lacks = (/** @type {EventSource} */ source) => source.events < events;
    while (this.#all.some(lacks) && now() < limit) await sleep(5);
    return {
      complete: this.#all.filter((source) => source.events === events).length,
      /** Microseconds of the monotonic clock. */
      last: Math.max(...this.#all.map((source) => source.lastEventAt)),
      attempts: this.#all.reduce((sum, { attempts }) => sum + attempts, 0),
    };
  }
}

class EventSource {
  events = 0;
  lastEventAt = 0;
  /** Connections, and failed attempts to connect. */
  attempts = 0;
  #cursor = '';
  #retry = DEFAULT_RETRY;
  /** The end of what has arrived: a frame that is not complete yet. */
  #rest = '';
  /** @type {() => void} */
  #onOpen = () => undefined;
  opened = new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    this.#onOpen = resolve;
  });
  #port;
  #path;

  /**
   * @param {number} port
   * @param {string} path
   */
  constructor(port, path) {
    this.#port = port;
    this.#path = path;
    this.#connect();
  }

  #connect() {
    this.attempts++;
    this.#rest = '';
    const cursor = this.#cursor;
    const headers = cursor === '' ? {} : { 'Last-Event-ID': cursor };
    const socket = connect({ port: this.#port, host: '127.0.0.1' });
    socket.setEncoding('latin1');
    socket.write(requestFor(this.#path, this.#port, headers));
    socket.on('data', (text) => this.#read(String(text)));
    socket.on('error', () => undefined);
    socket.on('close', () => setTimeout(() => this.#connect(), this.#retry));
  }

  /** @param {string} text */
  #read(text) {
    this.#onOpen();
    const frames = (this.#rest + text).split('\n\n');
    this.#rest = frames.pop() ?? '';
    for (const frame of frames) this.#take(frame);
  }

  /** @param {string} frame possibly with the head of the response before it */
  #take(frame) {
    this.#cursor = /^id: (.*)$/m.exec(frame)?.[1] ?? this.#cursor;
    this.#retry = Number(/^retry: (\d+)$/m.exec(frame)?.[1] ?? this.#retry);
    if (!/^event: update$/m.test(frame)) return;
    this.events++;
    this.lastEventAt = now();
  }
}
