/**
 * Milliseconds in which a repeated signal counts as the same one. systemd signals every process of a service, and npm
 * forwards a signal to a program that already got it.
 */
const REPEAT_WINDOW = 500;

/**
 * Calls `gracefully` on the first SIGTERM or SIGINT, and `immediately` on a later one, because the shutdown takes too
 * long.
 */
export function onStopSignal(
  gracefully: () => void,
  immediately: (signal: NodeJS.Signals) => void,
): void {
  let first: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      gracefully();
    } else if (now - first > REPEAT_WINDOW) immediately(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}
