import type { Request } from 'express';
import { addressOf, networkOf, networkOfAddress } from '../../src/http/client-address.js';

const from = (ip: string | undefined) => ({ ip }) as Request;

describe('the address of a client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['192.0.2.1:50123', '192.0.2.1'],
    ['[2001:db8::1]:50123', '2001:db8::1'],
    ['[::ffff:192.0.2.1]:50123', '192.0.2.1'],
    [undefined, ''],
  ])('%s is %s', (ip, address) => {
    expect(addressOf(from(ip))).toBe(address);
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '::/64'],
  ])('%s belongs to the network %s', (ip, network) => {
    expect(networkOf(from(ip))).toBe(network);
    expect(networkOfAddress(ip)).toBe(network);
  });

  it('tells two clients on an IPv6 socket apart by their IPv4 addresses', () => {
    expect(networkOfAddress('::ffff:192.0.2.1')).not.toBe(networkOfAddress('::ffff:192.0.2.2'));
  });
});
