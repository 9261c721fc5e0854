/** Whether nobody else can read or change the traffic to a URL: it uses TLS or stays on this machine. */
export function isConfidential(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  const isLoopback = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname ?? '');
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
