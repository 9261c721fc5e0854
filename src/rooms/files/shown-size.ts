const MIB = 2 ** 20;

/** A limit as users read it: whole MiB, or bytes if it is smaller. */
export const shownSize = (bytes: number): string =>
  bytes < MIB ? `${bytes} bytes` : `${Math.floor(bytes / MIB)} MiB`;
