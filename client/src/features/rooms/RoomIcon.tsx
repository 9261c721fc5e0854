import type { Kind } from './room.js';

/** A hash for what all may join, a lock for what they may not. */
const PATHS: Record<Kind, string> = {
  public: 'M9 4 7.5 20M16.5 4 15 20M4.5 9h16M3.5 15h16',
  private: 'M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z',
  direct: 'M4 5h16v11H9l-5 4z',
};

export function RoomIcon({ kind }: { kind: Kind }) {
  return (
    <span className="room-icon" aria-hidden="true">
      <svg viewBox="0 0 24 24" focusable="false">
        <path d={PATHS[kind]} />
      </svg>
    </span>
  );
}
