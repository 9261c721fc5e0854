import { words } from '../words/words.js';
import { Arrow } from './Arrow.js';

/** On a phone, which shows either the list or the open pane. */
export function BackLink() {
  return (
    <a href="#/" className="back">
      <Arrow to="back" />
      <span className="visually-hidden">{words.app.backToList}</span>
    </a>
  );
}
