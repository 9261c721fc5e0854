import type { FollowStatus } from '@carillon/client';
import { Bells } from '../../ui/Bells.js';
import { ConnectionPill } from '../../ui/ConnectionPill.js';
import { words } from '../../words/words.js';

interface HeaderProps {
  status: FollowStatus;
  arrivals: number;
  onTryNow: () => void;
  /** What this is, below the name. */
  text: string;
  link: { readonly href: string; readonly text: string };
}

/** The head of the pages that show the directory to visitors. */
export function Header({ status, arrivals, onTryNow, text, link }: HeaderProps) {
  return (
    <header className="header">
      <Bells rings={arrivals} />
      <div className="title">
        <h1>{words.app.name}</h1>
        <p>{text}</p>
      </div>
      <ConnectionPill status={status} onTryNow={onTryNow} />
      <nav aria-label={words.app.more}>
        <a href={link.href}>{link.text}</a>
        <a href="/api/docs">{words.app.apiDocs}</a>
      </nav>
    </header>
  );
}
