import type { LiveStatus } from '../live/live-stream.js';
import { Bells } from './Bells.js';
import { ConnectionPill } from './ConnectionPill.js';

interface HeaderProps {
  status: LiveStatus;
  arrivals: number;
  onTryNow: () => void;
}

export function Header({ status, arrivals, onTryNow }: HeaderProps) {
  return (
    <header className="header">
      <Bells rings={arrivals} />
      <div className="title">
        <h1>Carillon</h1>
        <p>Realtime over plain HTTP</p>
      </div>
      <ConnectionPill status={status} onTryNow={onTryNow} />
      <nav aria-label="More">
        <a href="#/">Rooms</a>
        <a href="/api/docs">API docs</a>
      </nav>
    </header>
  );
}
