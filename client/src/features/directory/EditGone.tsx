import { Rich } from '../../ui/Rich.js';
import { useFocusIfLost } from '../../ui/use-focus-if-lost.js';
import { words } from '../../words/words.js';
import { fullName, type Names } from '../people/user.js';

interface EditGoneProps {
  user: Names;
  onClose: () => void;
}

export function EditGone({ user, onClose }: EditGoneProps) {
  const close = useFocusIfLost<HTMLButtonElement>();
  return (
    <div className="editor">
      <p role="alert">
        <Rich text={words.directory.gone} values={{ name: <bdi>{fullName(user)}</bdi> }} />
      </p>
      <div className="actions">
        <button ref={close} type="button" onClick={onClose}>
          {words.directory.close}
        </button>
      </div>
    </div>
  );
}
