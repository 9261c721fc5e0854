import { connect } from 'node:net';
import { Histogram } from './histogram.mjs';
import { MARK, now, readStamp, STAMP_LENGTH } from './stamp.mjs';

/** Connections that are being opened at one time: less than servers let wait to be accepted. */
const OPENING = 200;
/** One address has some 28,000 ports to connect from. */
const PER_ADDRESS = 20_000;

/** What is read goes here and is looked at before the next socket is read: no allocation for a delivery. */
const scratch = Buffer.allocUnsafe(256 * 1024);

/** Streams that are open at one server, and what has arrived on them since the last `reset()`. */
export class Subscribers {
  /** @type {Subscriber[]} */
  #all = [];
  latency = new Histogram();
  delivered = 0;
  bytes = 0;
  /** When the last delivery arrived, µs. */
  last = 0;
  closed = 0;

  get size() {
    return this.#all.length;
  }

  /** How many of them read. */
  get reading() {
    return this.#all.filter(({ isReading }) => isReading).length;
  }

  reset() {
    this.latency = new Histogram();
    this.delivered = 0;
    this.bytes = 0;
    this.last = 0;
  }

  /**
   * @param {object} spec
   * @param {number} spec.port
   * @param {string} [spec.path]
   * @param {string[]} [spec.paths] one for each, instead
   * @param {number} spec.count
   * @param {Record<string, string>} [spec.headers]
   * @param {Record<string, string>[]} [spec.headersOfEach] instead
   * @param {number} [spec.paused] how many of them, spread evenly, do not read once they are open
   */
  async open({ port, path = '', paths, count, headers = {}, headersOfEach, paused = 0 }) {
    const common = requestFor(path, port, headers);
    const began = now();
    let next = 0;
    const opener = async () => {
      while (next < count) {
        const index = next++;
        const own = paths ?? headersOfEach;
        const request = own
          ? requestFor(paths?.[index] ?? path, port, headersOfEach?.[index] ?? headers)
          : common;
        const subscriber = new Subscriber(this, { port, index: this.#all.length, request });
        this.#all.push(subscriber);
        await subscriber.opened;
        // An even spread, so that whose turn comes early or late in the server is among both.
        if (Math.floor((index * paused) / count) !== Math.floor(((index + 1) * paused) / count))
          subscriber.pause();
      }
    };
    await Promise.all(Array.from({ length: OPENING }, opener));
    return { count, seconds: (now() - began) / 1e6 };
  }

  /**
   * All at once; each is `behind` events behind.
   *
   * @param {object} spec
   * @param {number} spec.port
   * @param {string} spec.path
   * @param {number} spec.count
   * @param {number} spec.behind
   * @param {string} spec.cursor
   * @returns {Promise<{ seconds: number, complete: number }>} until the last has caught up
   */
  async comeBack({ port, path, count, behind, cursor }) {
    const request = requestFor(path, port, { 'Last-Event-ID': cursor });
    const began = now();
    const back = Array.from({ length: count }, (_, index) => {
      const subscriber = new Subscriber(this, { port, index, request });
      this.#all.push(subscriber);
      return subscriber;
    });
    const limit = began + 30e6;
    const isBehind = (/** @type {Subscriber} */ { count }) => count < behind;
    while (back.some(isBehind) && now() < limit)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const complete = count - back.filter(isBehind).length;
    return { seconds: (now() - began) / 1e6, complete };
  }

  /** Lets those that do not read take what waits for them. */
  resume() {
    for (const subscriber of this.#all) subscriber.resume();
  }

  close() {
    for (const subscriber of this.#all) subscriber.close();
    this.#all = [];
  }
}

class Subscriber {
  count = 0;
  isReading = true;
  /** The beginning of a timestamp whose end is still to come. */
  #cut = Buffer.alloc(0);
  #isOpen = false;
  #isClosing = false;
  /** @type {() => void} */
  #onOpen = () => undefined;
  opened = new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    this.#onOpen = resolve;
  });
  #socket;
  #group;

  /**
   * @param {Subscribers} group
   * @param {{ port: number, index: number, request: string }} how
   */
  constructor(group, { port, index, request }) {
    this.#group = group;
    const address = Math.floor(index / PER_ADDRESS);
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      ...(address > 0 && { localAddress: `127.0.0.${address + 1}` }),
      onread: { buffer: scratch, callback: (size) => this.#read(scratch.subarray(0, size)) },
    });
    this.#socket.write(request);
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      if (!this.#isClosing) group.closed++;
      this.#onOpen();
    });
  }

  pause() {
    this.isReading = false;
    this.#socket.pause();
  }

  resume() {
    this.isReading = true;
    this.#socket.resume();
  }

  close() {
    this.#isClosing = true;
    this.#socket.resetAndDestroy();
  }

  /** @param {Buffer} bytes */
  #read(bytes) {
    if (!this.#isOpen) this.#open(bytes);
    const group = this.#group;
    const time = now();
    let from = 0;
    if (this.#cut.length > 0) {
      const rest = STAMP_LENGTH - this.#cut.length;
      const whole = Buffer.concat([this.#cut, bytes.subarray(0, rest)]);
      if (whole.length < STAMP_LENGTH) {
        this.#cut = whole;
        return true;
      }
      this.#cut = Buffer.alloc(0);
      this.#deliver(time - readStamp(whole, 0));
      from = rest;
    }
    const end = bytes.length - STAMP_LENGTH;
    let at = bytes.indexOf(MARK, from);
    for (; at !== -1 && at <= end; at = bytes.indexOf(MARK, at + STAMP_LENGTH))
      this.#deliver(time - readStamp(bytes, at));
    if (at !== -1) this.#cut = Buffer.from(bytes.subarray(at));
    group.bytes += bytes.length;
    group.last = time;
    return true;
  }

  /** @param {number} us */
  #deliver(us) {
    this.count++;
    this.#group.delivered++;
    this.#group.latency.record(us);
  }

  /** @param {Buffer} bytes */
  #open(bytes) {
    const status = bytes.toString('latin1', 9, 12);
    if (status !== '200') throw new Error(`A subscriber was answered ${status}.`);
    this.#isOpen = true;
    this.#onOpen();
  }
}

/**
 * @param {string} path
 * @param {number} port
 * @param {Record<string, string>} headers
 */
export function requestFor(path, port, headers) {
  const lines = { Host: `127.0.0.1:${port}`, Accept: 'text/event-stream', ...headers };
  const fields = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${fields.join('')}\r\n`;
}

/**
 * One subscriber after the other, each from a cursor of its own: how long until the first event is there.
 *
 * @param {object} spec
 * @param {number} spec.port
 * @param {string} spec.path
 * @param {string[]} spec.cursors
 */
export async function resumeFrom({ port, path, cursors }) {
  const latency = new Histogram();
  for (const cursor of cursors) {
    const began = now();
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(requestFor(path, port, { 'Last-Event-ID': cursor }));
    await new Promise((resolve, reject) => {
      socket.on(
        'data',
        (/** @type {Buffer} */ bytes) => bytes.includes(MARK) && resolve(undefined),
      );
      socket.on('error', reject);
    });
    latency.record(now() - began);
    socket.resetAndDestroy();
  }
  return latency.summary();
}
