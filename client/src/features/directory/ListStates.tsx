import { words } from '../../words/words.js';
/** What the page shows instead of the list. */

export function Loading() {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{words.directory.loadingPeople}</span>
      <div />
      <div />
      <div />
      <div />
    </div>
  );
}

export function LoadFailure({ detail }: { detail: string }) {
  return (
    <div className="notice" role="alert">
      <p className="notice-title">{words.directory.loadFailure}</p>
      <p>{detail}</p>
      <p>{words.directory.keepsTrying}</p>
    </div>
  );
}

export function Empty({ hint }: { hint: string }) {
  return (
    <div className="notice">
      <p className="notice-title">{words.directory.empty}</p>
      <p>{hint}</p>
    </div>
  );
}
