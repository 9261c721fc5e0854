import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Histogram } from './histogram.mjs';
import { now, stamp } from './stamp.mjs';

/**
 * POSTs from several keep-alive connections, each of which sends its next one when the last was answered:
 * at once, or at a fixed rate over all of them.
 *
 * @param {object} spec
 * @param {number} spec.port
 * @param {string} spec.path
 * @param {number} spec.connections
 * @param {number} [spec.seconds] how long
 * @param {number} [spec.count] how many at most
 * @param {number} [spec.rate] a second; none: as fast as they are answered
 * @param {number} [spec.padding] more characters in each, of three bytes
 * @param {string} [spec.topic] of events, where they are published instead of users
 * @param {string} [spec.channel] to which users are published, where the path does not name it
 * @param {Record<string, string>} [spec.headers]
 * @param {{ path: string, headers: Record<string, string> }[]} [spec.targets] messages are sent to these in turn, instead of
 *   users to one path
 */
export async function publish({
  port,
  path,
  connections,
  seconds = 60,
  count = Infinity,
  rate = 0,
  padding = 0,
  topic,
  channel,
  headers = {},
  targets,
}) {
  const latency = new Histogram();
  const lastname = 'DOE'.padEnd(padding + 3, '€');
  const bodyOf = (/** @type {string} */ stamp) => {
    // In a span of code it mentions nobody.
    if (targets) return `{"clientId":"${randomUUID()}","text":"\`${stamp}\`"}`;
    if (topic !== undefined)
      return `{"topic":"${topic}","type":"order.shipped","data":{"at":"${stamp}"}}`;
    const user = `{"firstname":"${stamp}","lastname":"${lastname}"}`;
    return channel === undefined ? user : `{"channel":"${channel}","data":${user}}`;
  };
  const heads = (targets ?? [{ path, headers }]).map((to) => headOf(port, to.path, to.headers));
  const all = await Promise.all(Array.from({ length: connections }, () => Publisher.connect(port)));
  const began = now();
  const end = began + seconds * 1e6;
  const tally = { sent: 0, acked: 0, refused: 0, late: 0 };
  const send = async (/** @type {Publisher} */ publisher) => {
    tally.sent++;
    const sent = now();
    const head = heads[tally.sent % heads.length];
    const isCreated = await publisher.post(head, bodyOf(stamp(sent)));
    latency.record(now() - sent);
    tally[isCreated ? 'acked' : 'refused']++;
  };
  const mayGoOn = () => tally.sent < count && now() < end;
  if (rate === 0)
    await Promise.all(
      all.map(async (publisher) => {
        while (mayGoOn()) await send(publisher);
      }),
    );
  else await atRate(rate, all, send, mayGoOn, tally);
  const took = (now() - began) / 1e6;
  for (const publisher of all) publisher.close();
  return { ...tally, seconds: took, perSecond: tally.acked / took, latency: latency.summary() };
}

/**
 * What is due while all connections wait for their answers is sent late, and counted.
 *
 * @param {number} rate
 * @param {Publisher[]} all
 * @param {(publisher: Publisher) => Promise<void>} send
 * @param {() => boolean} mayGoOn
 * @param {{ sent: number, late: number }} tally
 */
async function atRate(rate, all, send, mayGoOn, tally) {
  const began = now();
  const idle = [...all];
  const running = new Set();
  while (mayGoOn()) {
    while (mayGoOn() && tally.sent < ((now() - began) * rate) / 1e6) {
      const publisher = idle.pop();
      if (!publisher) {
        tally.late++;
        break;
      }
      const sending = send(publisher).then(() => {
        idle.unshift(publisher);
        running.delete(sending);
      });
      running.add(sending);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
}

/**
 * @param {number} port
 * @param {string} path
 * @param {Record<string, string>} headers
 */
function headOf(port, path, headers) {
  const lines = { Host: `127.0.0.1:${port}`, 'Content-Type': 'application/json', ...headers };
  const fields = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${fields.join('')}`;
}

class Publisher {
  #socket;
  #answer = '';
  /** @type {(isCreated: boolean) => void} */
  #onAnswer = () => undefined;

  /** @param {number} port */
  static async connect(port) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Publisher(socket);
  }

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(String(text)));
    socket.on('error', (error) => {
      throw error;
    });
  }

  /**
   * @param {string} head without the length of the body
   * @param {string} body
   */
  post(head, body) {
    this.#socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return new Promise((/** @type {(isCreated: boolean) => void} */ resolve) => {
      this.#onAnswer = resolve;
    });
  }

  close() {
    this.#socket.resetAndDestroy();
  }

  /** @param {string} text */
  #read(text) {
    this.#answer += text;
    if (!isWhole(this.#answer)) return;
    const isCreated = this.#answer[9] === '2';
    this.#answer = '';
    this.#onAnswer(isCreated);
  }
}

/** @param {string} answer */
function isWhole(answer) {
  const body = answer.indexOf('\r\n\r\n') + 4;
  if (body === 3) return false;
  const [, length] = /^content-length: *(\d+)/im.exec(answer) ?? [];
  if (length === undefined) return answer.endsWith('0\r\n\r\n');
  return answer.length - body >= Number(length);
}
