/** As many as shell/shell.css has. */
const TINTS = 6;

interface AvatarProps {
  /** Decides the tint. */
  id: string;
  name: string;
  isOnline?: boolean | undefined;
}

/** Decorative: the name stands next to it. */
export function Avatar({ id, name, isOnline }: AvatarProps) {
  return (
    <span className={`avatar avatar-${tintOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
      {isOnline && <span className="avatar-online" />}
    </span>
  );
}

/** At most two letters that stand for a user. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word = '') => (Array.from(word)[0] ?? '').toUpperCase()).join('');
}

function tintOf(id: string): number {
  return Array.from(id).reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 1_009, 7) % TINTS;
}
