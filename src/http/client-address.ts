import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { remembering } from './recent-values.js';

/** Bits of the network prefix that one customer gets (RFC 6177): a client with one of its addresses can use all of them. */
const IPV6_NETWORK = 64;

/** An address with a port, as some proxies append it. IPv6 addresses are in brackets (RFC 3986, 3.2.2). */
const WITH_PORT = /^(?:([\d.]+)|\[(.+)\]):\d+$/;

/**
 * The client address of a request, according to `TRUST_PROXY`. An IPv4 address has the same form on an IPv6 socket
 * (`::ffff:192.0.2.1`, RFC 4291, 2.5.5.2) as without, and has no port, because that differs for each connection. Empty
 * if the connection is closed.
 */
export const addressOf = (request: Request): string => normalized(request.ip ?? '');

/** The unit of all limits: an IPv4 address, or the 64-bit network of an IPv6 address, such as `2001:db8:1:2::/64`. */
export const networkOf = (request: Request): string => networkOfAddress(addressOf(request));

/** The network of an address. A text that is not an address is a network of its own. */
export const networkOfAddress = remembering((address: string): string => {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return address;
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_NETWORK}`);
  return `${network.toString()}/${IPV6_NETWORK}`;
});

const normalized = remembering((given: string): string => {
  const [, ipv4, ipv6] = WITH_PORT.exec(given) ?? [];
  const address = ipv4 ?? ipv6 ?? given;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
});
