import ipaddr from 'ipaddr.js';
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

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
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true };
  lookup(hostname, all, (error, addresses) => {
    if (error) return callback(error, []);
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    if (refused) return callback(notPublic(hostname, refused), []);
    if (options.all) return callback(null, addresses);
    callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

const notPublic = (hostname: string, { address }: LookupAddress): Error =>
  new Error(`${hostname} resolves to ${address}, which is not a public address`);
