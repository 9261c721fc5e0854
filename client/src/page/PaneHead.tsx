export function PaneHead({ title }: { title: string }) {
  return (
    <header className="room-head">
      <a href="#/" className="back">
        <span aria-hidden="true">←</span>
        <span className="visually-hidden">All rooms</span>
      </a>
      <div className="room-title">
        <h2 dir="auto">{title}</h2>
      </div>
    </header>
  );
}
