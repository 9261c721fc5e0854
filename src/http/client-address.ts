import type { Request } from 'express';
import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that name one customer's network (RFC 6177): whoever has one address has all of it. */
const IPV6_NETWORK = 64;

/** An address with a port, as some proxies append it; of IPv6 in brackets (RFC 3986, 3.2.2). */
const WITH_PORT = /^(?:([\d.]+)|\[(.+)\]):\d+$/;

/**
 * The address of whoever sends a request, as `TRUST_PROXY` says: an IPv4 address is the same one on an IPv6 socket
 * (`::ffff:192.0.2.1`, RFC 4291, 2.5.5.2) and on its own, and with a port, which each connection has another of. Empty once
 * the connection has closed.
 */
export const addressOf = (request: Request): string => normalized(request.ip ?? '');

/** What every limit counts by: an IPv4 address, or the 64-bit network of an IPv6 address, such as `2001:db8:1:2::/64`. */
export const networkOf = (request: Request): string => networkOfAddress(addressOf(request));

/** The network of an address that stands alone. What is no address is a network of its own. */
export function networkOfAddress(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_NETWORK}`);
  return `${network.toString()}/${IPV6_NETWORK}`;
}

function normalized(given: string): string {
  const [, ipv4, ipv6] = WITH_PORT.exec(given) ?? [];
  const address = ipv4 ?? ipv6 ?? given;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
