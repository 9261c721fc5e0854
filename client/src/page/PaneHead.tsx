export function PaneHead({ title }: { title: string }) {
  return (
    <header className="room-head">
      <a href="#/" className="back">
        <span aria-hidden="true">←</span>
        <span className="visually-hidden">All rooms</span>
      </a>
      <div className="room-title">
        <h1 dir="auto">{title}</h1>
      </div>
    </header>
  );
}
