import { useState } from 'react';
import { uuid } from '../../http/uuid.js';
import { tabStorage } from '../../state/storage.js';
import { type Names, sameNames } from '../people/user.js';

interface Draft {
  readonly names: Names;
  /** The last submission, until it is known to have succeeded. */
  readonly submission: { readonly names: Names; readonly idempotencyKey: string } | null;
}

const STORED = 'carillon.new-person';
const emptyDraft: Draft = { names: { firstname: '', lastname: '' }, submission: null };

/**
 * What is typed into the form for a new person. It survives a reload, together with the idempotency key of a submission
 * without a response, so that sending it again does not create two users.
 */
export function useDraft() {
  const [draft, setDraft] = useState(read);

  function keep(next: Draft) {
    setDraft(next);
    tabStorage.write(STORED, next);
  }

  return {
    names: draft.names,
    type: (names: Names) => keep({ ...draft, names }),
    clear: () => keep(emptyDraft),
    /** The same key for the same names, until the draft is cleared. */
    keyFor(names: Names): string {
      const { submission } = draft;
      if (submission && sameNames(submission.names, names)) return submission.idempotencyKey;
      const idempotencyKey = uuid();
      keep({ ...draft, submission: { names, idempotencyKey } });
      return idempotencyKey;
    },
  };
}

const read = (): Draft => (tabStorage.read(STORED) as Draft | null) ?? emptyDraft;
