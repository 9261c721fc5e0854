import { useLayoutEffect, useRef } from 'react';

/** Announced, and scrolled into view, when the text appears. */
export function FailureText({ text }: { text: string | null }) {
  const element = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (text !== null) element.current?.scrollIntoView({ block: 'nearest' });
  }, [text]);
  return (
    <p ref={element} role="alert" className="failure">
      {text}
    </p>
  );
}
