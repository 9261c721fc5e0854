import { focusOnMount } from '../../ui/focus-on-mount.js';
import { Dialog } from '../../ui/Dialog.js';
import { keyboardWords as words } from './keyboard.words.js';
import { shortcuts } from './shortcuts.js';

/** All shortcuts of the page. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label={words.shortcuts} className="shortcuts" onClose={onClose}>
      <header>
        <h2 tabIndex={-1} ref={focusOnMount}>
          {words.shortcuts}
        </h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          {words.close}
        </button>
      </header>
      {shortcuts.map(({ heading, keys }) => (
        <section key={heading}>
          <h3>{heading}</h3>
          <dl>
            {keys.map(([what, ...combinations]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  {combinations.map((combination) => (
                    <kbd key={combination}>{words.combination(combination)}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
