import { useEffect, useState } from 'react';

/** Items within this time, in ms, become one announcement. */
const GATHER = 700;
/** The text is emptied after this time, in ms, so that a repeated text is announced again. */
const CLEAR = 10_000;

/**
 * The text for a live region.
 *
 * @param subscribe calls back for each item; returns a function that stops it. Has to be stable.
 * @param describe words the gathered items. Has to be stable.
 */
export function useAnnouncement<Item>(
  subscribe: (add: (item: Item) => void) => () => void,
  describe: (items: readonly Item[]) => string,
): string {
  const [text, setText] = useState('');

  useEffect(() => {
    let gathered: Item[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const announce = () => {
      timer = undefined;
      setText(describe(gathered));
      gathered = [];
    };
    const stop = subscribe((item) => {
      gathered.push(item);
      timer ??= setTimeout(announce, GATHER);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [subscribe, describe]);

  useEffect(() => {
    const timer = setTimeout(() => setText(''), CLEAR);
    return () => clearTimeout(timer);
  }, [text]);

  return text;
}
