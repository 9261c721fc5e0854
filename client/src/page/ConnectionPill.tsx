import type { LiveStatus } from '../live/live-stream.js';
import { useSecondsUntil } from './use-seconds-until.js';

const LABELS: Record<LiveStatus['state'], string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  paused: 'Paused',
  offline: 'Offline',
};

interface ConnectionPillProps {
  status: LiveStatus;
  onTryNow: () => void;
}

export function ConnectionPill({ status, onTryNow }: ConnectionPillProps) {
  const waiting = status.state === 'reconnecting' || status.state === 'offline';
  return (
    <div className="connection">
      <p role="status" className={`pill pill-${status.state}`}>
        {LABELS[status.state]}
        {status.state === 'reconnecting' && <Countdown until={status.retryAt} />}
      </p>
      {waiting && (
        <button type="button" className="button-quiet" onClick={onTryNow}>
          Try now
        </button>
      )}
    </div>
  );
}

/** Hidden from screen readers, which would read out every second. */
function Countdown({ until }: { until: number }) {
  const seconds = useSecondsUntil(until);
  return <span aria-hidden="true"> in {seconds} s</span>;
}
