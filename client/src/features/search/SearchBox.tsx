import { useEffect, useState } from 'react';
import { go } from '../../shell/address.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { hrefOfSearch } from './search-address.js';

interface SearchBoxProps {
  label: string;
  /** Null for all rooms. */
  roomId: string | null;
  initial?: string;
  isFocused?: boolean;
}

export function SearchBox({ label, roomId, initial = '', isFocused }: SearchBoxProps) {
  const [text, setText] = useState(initial);
  // Back leads to another query.
  useEffect(() => setText(initial), [initial]);
  return (
    <form
      role="search"
      className="search-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') go(hrefOfSearch(text.trim(), roomId));
      }}
    >
      <input
        type="search"
        ref={isFocused ? focusOnMount : null}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </form>
  );
}
