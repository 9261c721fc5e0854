import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import type { Feature } from '../../shell/feature.js';
import { Dialog } from '../../ui/Dialog.js';
import { MissingCode } from '../../ui/MissingCode.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { FinderInput } from './FinderInput.js';
import { keyboardWords as words } from './keyboard.words.js';
import { dialogs } from './lazy-dialogs.js';

interface FinderProps {
  features: readonly Feature[];
  onClose: () => void;
  onListShortcuts: () => void;
}

/**
 * Finds rooms, people and commands, and goes there. Its field has the focus at once: while the code of the results is
 * being loaded, keys would otherwise go to the field behind it, and Enter would post them.
 */
export function Finder({ features, onClose, onListShortcuts }: FinderProps) {
  const code = useLazyCode(dialogs, true);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const [count, setCount] = useState(0);
  /** Enter was pressed while there were no results. */
  const [isEntered, setEntered] = useState(false);
  const id = useId();
  const optionId = (index: number) => `${id}-${index}`;

  const choose = () => document.getElementById(optionId(chosen))?.click();
  useEffect(() => {
    if (!isEntered || count === 0) return;
    setEntered(false);
    choose();
  }, [isEntered, count]);

  function onKeyDown(event: KeyboardEvent): void {
    const { key, nativeEvent } = event;
    if (nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: count - 1 }[key];
    if (step !== undefined && count > 0) setChosen((chosen + step) % count);
    else if (key === 'Enter') {
      if (count > 0) choose();
      else setEntered(true);
    } else return;
    event.preventDefault();
  }

  return (
    <Dialog label={words.finder} className="finder" onClose={onClose}>
      <FinderInput
        listId={id}
        optionId={count > 0 ? optionId(chosen) : null}
        typed={typed}
        onType={(text) => {
          setTyped(text);
          setChosen(0);
          setEntered(false);
        }}
        onKeyDown={onKeyDown}
      />
      {code ? (
        <code.FinderResults
          listId={id}
          optionId={optionId}
          typed={typed}
          chosen={chosen}
          features={features}
          onCount={setCount}
          onClose={onClose}
          onListShortcuts={onListShortcuts}
        />
      ) : (
        <MissingCode code={dialogs} />
      )}
    </Dialog>
  );
}
