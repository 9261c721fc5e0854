/**
 * Milliseconds in which a repeated signal is the same order: systemd signals every process of the service, and npm
 * passes on what it got to the program that it started, which got it already.
 */
const SAME_ORDER = 500;

/** Calls `inOrder` on the first SIGTERM or SIGINT, and `atOnce` when another one shows that this takes too long. */
export function onStopSignal(inOrder: () => void, atOnce: (signal: NodeJS.Signals) => void): void {
  let first: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      inOrder();
    } else if (now - first > SAME_ORDER) atOnce(signal);
  };
  process.on('SIGTERM', hear).on('SIGINT', hear);
}
