import { useFocusIfLost } from '../../ui/use-focus-if-lost.js';
import { words } from '../../words/words.js';
import { fullName, type Names } from '../people/user.js';

interface EditConflictProps {
  theirs: Names;
  mine: Names;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
}

/** Replaces the Save button and takes its focus, so that a second press cannot choose by accident. */
export function EditConflict({ theirs, mine, onSaveMine, onTakeTheirs }: EditConflictProps) {
  const panel = useFocusIfLost<HTMLDivElement>();
  return (
    <div ref={panel} className="conflict" tabIndex={-1}>
      <div role="alert">
        <p>{words.directory.conflict}</p>
        <dl>
          <div>
            <dt>{words.directory.theirs}</dt>
            <dd dir="auto">{fullName(theirs)}</dd>
          </div>
          <div>
            <dt>{words.directory.yours}</dt>
            <dd dir="auto">{fullName(mine)}</dd>
          </div>
        </dl>
      </div>
      <div className="actions">
        <button type="button" onClick={onSaveMine}>
          {words.directory.saveMine}
        </button>
        <button type="button" onClick={onTakeTheirs}>
          {words.directory.takeTheirs}
        </button>
      </div>
    </div>
  );
}
