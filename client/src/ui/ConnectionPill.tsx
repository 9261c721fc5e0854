import type { FollowStatus } from '@carillon/client';
import { words } from '../words/words.js';
import { passFocusTo } from './pass-focus-to.js';
import { useSecondsUntil } from './use-seconds-until.js';

interface ConnectionPillProps {
  status: FollowStatus;
  onTryNow: () => void;
}

export function ConnectionPill({ status, onTryNow }: ConnectionPillProps) {
  const waiting = ['reconnecting', 'offline', 'failed'].includes(status.state);
  return (
    <div className="connection" tabIndex={-1}>
      <p role="status" className={`pill pill-${status.state}`}>
        {words.connection.states[status.state]}
        {status.state === 'reconnecting' && <Countdown until={status.retryAt} />}
      </p>
      {waiting && (
        <button ref={passFocusOn} type="button" className="button-quiet" onClick={onTryNow}>
          {words.connection.tryNow}
        </button>
      )}
    </div>
  );
}

const passFocusOn = passFocusTo('.connection');

/** Hidden from screen readers, which would read out every second. */
function Countdown({ until }: { until: number }) {
  const seconds = useSecondsUntil(until);
  return <span aria-hidden="true">{words.connection.inSeconds(seconds)}</span>;
}
