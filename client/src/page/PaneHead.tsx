import { BackLink } from './BackLink.js';

export function PaneHead({ title }: { title: string }) {
  return (
    <header className="room-head">
      <BackLink />
      <div className="room-title">
        <h1 dir="auto">{title}</h1>
      </div>
    </header>
  );
}
