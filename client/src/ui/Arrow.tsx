const PATHS = {
  back: 'M11 5 4 12l7 7M4 12h16',
  down: 'm5 13 7 7 7-7M12 20V4',
  up: 'm5 11 7-7 7 7M12 4v16',
};

/** Drawn, since not every font has arrows. */
export function Arrow({ to }: { to: keyof typeof PATHS }) {
  return (
    <svg className="arrow" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[to]} />
    </svg>
  );
}
