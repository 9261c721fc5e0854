import { useRef } from 'react';
import { FormCard } from '../../ui/FormCard.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { NameFields } from '../people/NameFields.js';
import { checkNames, cleaned, NAME_FIELDS } from '../people/user.js';
import type { LiveUsers } from './live-users.js';
import { useDraft } from './use-draft.js';

export function CreateUserForm({ users }: { users: LiveUsers }) {
  const firstField = useRef<HTMLInputElement>(null);
  const draft = useDraft();
  const submission = useSubmit({
    fields: NAME_FIELDS,
    check: () => checkNames(draft.names),
    send: async () => {
      const names = cleaned(draft.names);
      await users.create(names, draft.keyFor(names));
      draft.clear();
      firstField.current?.focus();
    },
  });
  return (
    <FormCard
      title={words.directory.newPerson}
      submission={submission}
      button={words.directory.add}
      busyButton={words.directory.adding}
    >
      <NameFields
        names={draft.names}
        errors={submission.failure.fields}
        readOnly={submission.busy}
        onType={draft.type}
        firstRef={firstField}
      />
    </FormCard>
  );
}
