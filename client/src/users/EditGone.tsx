import { useFocusIfLost } from './use-focus-if-lost.js';
import { fullName, type Names } from './user.js';

interface EditGoneProps {
  user: Names;
  onClose: () => void;
}

export function EditGone({ user, onClose }: EditGoneProps) {
  const close = useFocusIfLost<HTMLButtonElement>();
  return (
    <div className="editor">
      <p role="alert">
        Someone else removed <bdi>{fullName(user)}</bdi>.
      </p>
      <div className="actions">
        <button ref={close} type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}
