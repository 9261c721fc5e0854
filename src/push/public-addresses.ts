import ipaddr from 'ipaddr.js';
import type { LookupAddress } from 'node:dns';
import dns from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { callbackify } from 'node:util';

/**
 * Milliseconds that one kind of address is waited for after the other one is known. Some name servers never respond to a query
 * for IPv6 addresses.
 */
const RESOLUTION_DELAY = 500;

/** The bytes of the IPv4 address at the end of an IPv6 address that a NAT64 gateway translates (RFC 6052). */
const EMBEDDED = -4;

/**
 * Whether an IP address belongs to the public internet, and not to a private network, this machine, a cloud provider's
 * metadata service or another special purpose.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range !== 'rfc6052') return range === 'unicast' && !isOutsideGlobal(parsed);
  return isPublicAddress(ipaddr.fromByteArray(parsed.toByteArray().slice(EMBEDDED)).toString());
}

/** Only addresses of 2000::/3 are assigned to networks (RFC 4291, 2.4). */
const isOutsideGlobal = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.kind() === 'ipv6' && !address.match(ipaddr.parse('2000::'), 3);

/** Whether the host of a URL is an IP address that is not public. Names are checked when they are resolved. */
export function isPrivateHost({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isPublicAddress(host);
}

/**
 * Resolves a name for a connection, and fails if one of its addresses is not public. The connection uses the addresses that
 * were checked, so a name cannot resolve to another address afterwards.
 *
 * It asks name servers itself: `dns.lookup` keeps a thread of the pool that the database also uses for as long as the name
 * server of an endpoint does not answer.
 */
export const lookupPublic: LookupFunction = (hostname, { all }, callback) =>
  lookupAllPublic(hostname, (error, addresses) => {
    if (error) return callback(error, []);
    if (all) return callback(null, addresses);
    callback(null, addresses[0]!.address, addresses[0]!.family);
  });

const lookupAllPublic = callbackify(publicAddressesOf);

async function publicAddressesOf(hostname: string): Promise<LookupAddress[]> {
  const queries = [
    dns
      .resolve6(hostname)
      .then((addresses) => addresses.map((address) => ({ address, family: 6 }))),
    dns
      .resolve4(hostname)
      .then((addresses) => addresses.map((address) => ({ address, family: 4 }))),
  ];
  const late = Promise.any(queries).then(() => setTimeout(RESOLUTION_DELAY, [], { ref: false }));
  const found = await Promise.allSettled(queries.map((query) => Promise.race([query, late])));
  const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (addresses.length === 0) throw (found[1] as PromiseRejectedResult).reason;
  const refused = addresses.find(({ address }) => !isPublicAddress(address));
  if (refused)
    throw new Error(`${hostname} resolves to ${refused.address}, which is not a public address`);
  return addresses;
}
