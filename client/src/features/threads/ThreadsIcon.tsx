export function ThreadsIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M4 5h12v8H9l-3 3v-3H4z" />
      <path d="M19 9h1v8h-2v3l-3-3h-4" />
    </svg>
  );
}
