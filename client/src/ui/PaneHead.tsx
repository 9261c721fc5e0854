import { BackLink } from './BackLink.js';
import { usePaneTitle } from './page-title.js';

export function PaneHead({ title }: { title: string }) {
  usePaneTitle(title);
  return (
    <header className="room-head">
      <BackLink />
      <div className="room-title">
        <h1 dir="auto">{title}</h1>
      </div>
    </header>
  );
}
