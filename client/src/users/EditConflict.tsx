import { useFocusIfLost } from './use-focus-if-lost';
import { fullName, type Names } from './user';

export function EditConflict({ theirs, mine }: { theirs: Names; mine: Names }) {
  const panel = useFocusIfLost<HTMLDivElement>();
  return (
    <div ref={panel} className="conflict" tabIndex={-1}>
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
  );
}
