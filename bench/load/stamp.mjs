/** Stands before each timestamp; `@` occurs nowhere else in what the servers send. */
export const MARK = 0x40;
/** `@T` and 20 digits of nanoseconds. */
export const STAMP_LENGTH = 22;

/** Microseconds of the machine's monotonic clock, the same in every process. */
export function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

/** @param {number} us */
export const stamp = (us) => `@T${String(us).padStart(17, '0')}000`;

/**
 * @param {Uint8Array} bytes
 * @param {number} at where the mark stands
 * @returns {number} microseconds
 */
export function readStamp(bytes, at) {
  let us = 0;
  for (let i = at + 2; i < at + 19; i++) us = us * 10 + bytes[i] - 48;
  return us;
}
