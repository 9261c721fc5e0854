import { useEffect, useRef, useState, type FormEvent } from 'react';
import { failureOf, noFailure } from '../http/failure.js';
import type { LiveUsers } from './live-users.js';
import { focusFirstInvalid, NameFields } from './NameFields.js';
import { useDraft } from './use-draft.js';
import { checkNames, cleaned, NAME_FIELDS } from './user.js';

export function CreateUserForm({ users }: { users: LiveUsers }) {
  const form = useRef<HTMLFormElement>(null);
  const firstField = useRef<HTMLInputElement>(null);
  const draft = useDraft();
  const [failure, setFailure] = useState(noFailure);
  const [saving, setSaving] = useState(false);

  useEffect(() => focusFirstInvalid(form.current), [failure]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (saving) return;
    const names = cleaned(draft.names);
    const fields = checkNames(names);
    setFailure({ message: null, fields });
    if (Object.keys(fields).length > 0) return;

    setSaving(true);
    try {
      await users.create(names, draft.keyFor(names));
      draft.clear();
      firstField.current?.focus();
    } catch (error) {
      setFailure(failureOf(error, NAME_FIELDS));
    } finally {
      setSaving(false);
    }
  }

  return (
    <form ref={form} className="card" aria-labelledby="new-person" noValidate onSubmit={submit}>
      <h2 id="new-person">New person</h2>
      <NameFields
        names={draft.names}
        errors={failure.fields}
        readOnly={saving}
        onType={draft.type}
        firstRef={firstField}
      />
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <button type="submit" className="button-primary" aria-disabled={saving}>
        {saving ? 'Adding…' : 'Add person'}
      </button>
    </form>
  );
}
