import { useState } from 'react';

export function SearchInRoom({ onSearch }: { onSearch: (text: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      role="search"
      aria-label="This room"
      className="search-box"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onSearch(text.trim());
      }}
    >
      <input
        type="search"
        autoFocus
        aria-label="Search this room"
        placeholder="Search this room"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </form>
  );
}
