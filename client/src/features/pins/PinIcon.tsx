export function PinIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M8 4h8l-1 7 3 4H6l3-4zM12 15v6" />
    </svg>
  );
}
