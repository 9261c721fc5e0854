/** Whether nobody on the way can read or change what is fetched: over TLS, or without leaving this machine. */
export function isConfidential(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  const isLoopback = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname ?? '');
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
