import { initialsOf } from '../chat/names.js';

/** As many as styles/chat.css has. */
const TINTS = 6;

interface AvatarProps {
  /** Decides on the tint: the same one each time. */
  id: string;
  name: string;
  isOnline?: boolean | undefined;
}

/** Whose it is is said in words beside it. */
export function Avatar({ id, name, isOnline }: AvatarProps) {
  return (
    <span className={`avatar avatar-${tintOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
      {isOnline && <span className="avatar-online" />}
    </span>
  );
}

function tintOf(id: string): number {
  return Array.from(id).reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 1_009, 7) % TINTS;
}
