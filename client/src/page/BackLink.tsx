import { Arrow } from './Arrow.js';

/** On a phone, where there is room for the list or for what is open. */
export function BackLink() {
  return (
    <a href="#/" className="back">
      <Arrow to="back" />
      <span className="visually-hidden">All rooms</span>
    </a>
  );
}
