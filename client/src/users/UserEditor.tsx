import { useEffect, useRef, type FormEvent } from 'react';
import { EditConflict } from './EditConflict.js';
import { EditGone } from './EditGone.js';
import type { LiveUsers } from './live-users.js';
import { focusFirstInvalid, NameFields } from './NameFields.js';
import { onEscape } from './on-escape.js';
import { useEdit } from './use-edit.js';
import { fullName, cleaned, type User } from './user.js';

interface UserEditorProps {
  users: LiveUsers;
  user: User;
  listed: boolean;
  onClose: () => void;
}

export function UserEditor({ users, user, listed, onClose }: UserEditorProps) {
  const edit = useEdit({ users, user, listed, onSaved: onClose });
  const form = useRef<HTMLFormElement>(null);
  const firstField = useRef<HTMLInputElement>(null);
  const opened = useRef(user);
  const saving = edit.phase === 'saving';

  useEffect(() => firstField.current?.select(), []);
  useEffect(() => focusFirstInvalid(form.current), [edit.failure]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!saving && !edit.conflict) void edit.save();
  }

  function closeGone() {
    onClose();
    users.forget(user.id);
  }

  if (edit.phase === 'gone') return <EditGone user={user} onClose={closeGone} />;
  return (
    <form
      ref={form}
      className="editor"
      aria-label={`Edit ${fullName(opened.current)}`}
      noValidate
      onSubmit={submit}
      onKeyDown={onEscape(onClose)}
    >
      <NameFields
        names={edit.typed}
        errors={edit.failure.fields}
        readOnly={saving}
        onType={edit.type}
        firstRef={firstField}
      />
      {edit.conflict ? (
        <EditConflict
          theirs={edit.conflict}
          mine={cleaned(edit.typed)}
          onSaveMine={edit.saveAnyway}
          onTakeTheirs={onClose}
        />
      ) : (
        <div className="actions">
          <button type="submit" className="button-primary" aria-disabled={saving}>
            {saving ? 'Saving…' : 'Save'}
          </button>
          <button type="button" className="button-quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      )}
      <p role="alert" className="failure">
        {edit.failure.message}
      </p>
    </form>
  );
}
