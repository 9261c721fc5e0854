import { words } from '../../words/words.js';

export function SkipToPeople() {
  return (
    <button
      type="button"
      className="skip-link"
      onClick={() => document.getElementById('people-heading')?.focus()}
    >
      {words.directory.skip}
    </button>
  );
}
