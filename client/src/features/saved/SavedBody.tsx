import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import { useStore, useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { useFocusOnLastPage } from '../../ui/use-focus-on-last-page.js';
import { useKeptScroll } from '../../ui/use-kept-scroll.js';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { words } from '../../words/words.js';
import { textOrNames } from '../files/file-names.js';
import { useExcerpt } from '../formatting/use-excerpt.js';
import type { Message } from '../rooms/message.js';
import { listedMessagesWords } from '../listed-messages/listed-messages.words.js';
import { ListedMessage } from '../listed-messages/ListedMessage.js';
import { HREF_OF_SAVED } from './saved-address.js';
import { setSaved } from './saved-api.js';
import { savedList } from './saved-list.js';
import { savedListWords } from './saved-list.words.js';

/** The saved messages. Each is a link to its place in its room. */
export function SavedBody({ scroller }: { scroller: HTMLElement | null }) {
  const store = useStore();
  const { failures, loaded } = useView();
  const saved = store.service(savedList);
  const known = useSyncExternalStore(saved.subscribe, saved.view);
  const { items, next } = known;
  const { failure, attempt } = useAttempt();
  const list = useRef<HTMLUListElement>(null);
  const focusList = useCallback(() => list.current?.focus(), []);
  useEffect(() => saved.expire(), [saved]);
  useEffect(() => {
    if (loaded) saved.need();
  }, [saved, loaded, known, failures]);
  useKeptScroll(scroller, { address: HREF_OF_SAVED, isLoaded: items !== null });
  useFocusOnLastPage(list, next !== null);
  if (!items) return <p role="status">{words.app.loading}</p>;
  return (
    <>
      <p role="status" className="nav-empty">
        {items.length === 0 && savedListWords.none}
      </p>
      <ul ref={list} tabIndex={-1} className="found-list" aria-label={savedListWords.list}>
        {items.map((message) => (
          <SavedItem key={message.id} message={message} onFocusLost={focusList} />
        ))}
      </ul>
      <FailureText text={failure} />
      {next !== null && (
        <button type="button" onClick={() => attempt(saved.fetchOlder(next))}>
          {listedMessagesWords.showOlder}
        </button>
      )}
    </>
  );
}

function SavedItem({ message, onFocusLost }: { message: Message; onFocusLost: () => void }) {
  const item = usePassFocusOn<HTMLLIElement>(onFocusLost);
  const { failure, attempt } = useAttempt();
  const excerpt = useExcerpt(textOrNames(message.text ?? '', message.files));
  return (
    <li ref={item} className="saved-item">
      <ListedMessage message={message} query="" />
      <button
        type="button"
        className="button-quiet"
        aria-label={savedListWords.removeOf(excerpt)}
        onClick={() => attempt(setSaved(message, false))}
      >
        {savedListWords.remove}
      </button>
      <FailureText text={failure} />
    </li>
  );
}
