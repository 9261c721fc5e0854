import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';

const HEADER = 12;
const TYPE_A = 1;
const TYPE_AAAA = 28;

/**
 * Answers the queries of this process for IPv4 addresses (RFC 1035). Other names and types have no records.
 *
 * @param addresses by name.
 * @param onlyIPv4 names for which it does not answer queries for IPv6 addresses before it ends.
 * @returns what ends it.
 */
export async function startNameServer(
  addresses: Record<string, string>,
  onlyIPv4: readonly string[] = [],
): Promise<() => Promise<void>> {
  const held: (() => void)[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionIn(query);
    const found = type === TYPE_A ? addresses[name] : undefined;
    const head = Buffer.from([
      query[0]!,
      query[1]!,
      0x81,
      0x80,
      0,
      1,
      0,
      found ? 1 : 0,
      0,
      0,
      0,
      0,
    ]);
    const record = found
      ? [0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...bytesOf(found)]
      : [];
    const answer = Buffer.concat([head, query.subarray(HEADER, end), Buffer.from(record)]);
    const send = () => socket.send(answer, port, address);
    if (type === TYPE_AAAA && onlyIPv4.includes(name)) held.push(send);
    else send();
  });
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  const before = dns.getServers();
  dns.setServers([`127.0.0.1:${socket.address().port}`]);
  return async () => {
    // Servers cannot be set while a query is in progress. The last one is answered after those that were held.
    for (const send of held) send();
    await dns.promises.resolve6('last.test').catch(() => undefined);
    dns.setServers(before);
    socket.close();
  };
}

const bytesOf = (address: string): number[] => address.split('.').map(Number);

function questionIn(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}
