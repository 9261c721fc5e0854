import { useLayoutEffect, useRef, type FormEvent } from 'react';
import { FailureText } from '../../ui/FailureText.js';
import { onEscape } from '../../ui/on-escape.js';
import { useFocusOnFirstMistake } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { NameFields } from '../people/NameFields.js';
import { cleaned, fullName, type User } from '../people/user.js';
import { EditConflict } from './EditConflict.js';
import { EditGone } from './EditGone.js';
import type { LiveUsers } from './live-users.js';
import { useEdit } from './use-edit.js';

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

  useLayoutEffect(() => firstField.current?.select(), []);
  useFocusOnFirstMistake(form, edit.failure);

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
      aria-label={words.directory.editPerson(fullName(opened.current))}
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
            {saving ? words.directory.saving : words.directory.save}
          </button>
          <button type="button" className="button-quiet" onClick={onClose}>
            {words.directory.cancel}
          </button>
        </div>
      )}
      <FailureText text={edit.failure.message} />
    </form>
  );
}
