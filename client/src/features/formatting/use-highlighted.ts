import { useEffect, useState } from 'react';
import { Highlighter, type Highlighted } from './highlighter.js';

const highlighter = new Highlighter();

/** Code in its parts, with their classes; null without colours. */
export function useHighlighted(code: string, name: string): Highlighted {
  const language = name.toLowerCase();
  const [, setResult] = useState<Highlighted>(null);
  const known = highlighter.resultOf({ code, language });
  useEffect(() => {
    if (language === '' || highlighter.resultOf({ code, language }) !== undefined) return;
    let isNeeded = true;
    void highlighter.highlight({ code, language }).then((result) => isNeeded && setResult(result));
    return () => void (isNeeded = false);
  }, [code, language]);
  return known ?? null;
}
