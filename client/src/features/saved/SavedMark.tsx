import { savedWords } from './saved.words.js';

/** Shows that the user has saved a message. */
export function SavedMark() {
  return (
    <span className="message-mark">
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path d="M6 4h12v16l-6-5-6 5z" />
      </svg>
      {savedWords.saved}
    </span>
  );
}
