import { useFocusIfLost } from './use-focus-if-lost.js';
import { fullName, type Names } from './user.js';

interface EditConflictProps {
  theirs: Names;
  mine: Names;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
}

/** Takes the place of Save, and its focus: a second press must not choose by accident. */
export function EditConflict({ theirs, mine, onSaveMine, onTakeTheirs }: EditConflictProps) {
  const panel = useFocusIfLost<HTMLDivElement>();
  return (
    <div ref={panel} className="conflict" tabIndex={-1}>
      <div role="alert">
        <p>Someone else changed this person while you were editing.</p>
        <dl>
          <div>
            <dt>Theirs</dt>
            <dd dir="auto">{fullName(theirs)}</dd>
          </div>
          <div>
            <dt>Yours</dt>
            <dd dir="auto">{fullName(mine)}</dd>
          </div>
        </dl>
      </div>
      <div className="actions">
        <button type="button" onClick={onSaveMine}>
          Save mine anyway
        </button>
        <button type="button" onClick={onTakeTheirs}>
          Take theirs
        </button>
      </div>
    </div>
  );
}
