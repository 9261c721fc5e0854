const BELL =
  'M12 3c-3.4 0-5.2 2.7-5.2 6.2 0 4-1 5.6-2.7 7.3-.5.5-.2 1.3.6 1.3h14.6c.8 0 1.1-.8.6-1.3-1.7-1.7-2.7-3.3-2.7-7.3C17.2 5.7 15.4 3 12 3z';

/** The logo. It swings once each time `rings` grows. */
export function Bells({ rings }: { rings: number }) {
  return (
    <svg className="bells" viewBox="0 0 64 32" aria-hidden="true" focusable="false">
      <rect x="2" y="2" width="60" height="2.5" rx="1.25" />
      <g key={rings} className={rings > 0 ? 'bells-ringing' : undefined}>
        <Bell x={1} scale={1.15} />
        <Bell x={26} scale={0.9} />
        <Bell x={46} scale={0.7} />
      </g>
    </svg>
  );
}

function Bell({ x, scale }: { x: number; scale: number }) {
  return (
    <g transform={`translate(${x} ${4 - 2.2 * scale}) scale(${scale})`}>
      <g className="bell">
        <path d={BELL} />
        <circle cx="12" cy="19.8" r="2.1" />
      </g>
    </g>
  );
}
