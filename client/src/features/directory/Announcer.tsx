import { useAnnouncement } from '../../ui/use-announcement.js';
import { words } from '../../words/words.js';
import { describeChanges } from './describe-changes.js';
import type { LiveUsers } from './live-users.js';

/** Announces to screen readers which users were added, changed and removed. */
export function Announcer({ users }: { users: LiveUsers }) {
  const text = useAnnouncement(users.onChange, describeChanges);
  return (
    <div
      className="visually-hidden"
      role="log"
      aria-label={words.directory.changes}
      aria-live="polite"
    >
      {text}
    </div>
  );
}
