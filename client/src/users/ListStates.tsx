/** What stands in place of the list while there is none. */

export function Loading() {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">Loading people</span>
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
      <p className="notice-title">The people could not be loaded</p>
      <p>{detail}</p>
      <p>This page keeps trying by itself.</p>
    </div>
  );
}

export function Empty() {
  return (
    <div className="notice">
      <p className="notice-title">Nobody is here yet</p>
      <p>Add the first person, and open this page in a second window to see it happen there too.</p>
    </div>
  );
}
