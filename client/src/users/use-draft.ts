import { useState } from 'react';
import { uuid } from '../http/uuid.js';
import { sameNames, type Names } from './user.js';

interface Draft {
  readonly names: Names;
  /** The last submission, until it is known to have succeeded. */
  readonly submission: { readonly names: Names; readonly idempotencyKey: string } | null;
}

const STORED = 'carillon.new-person';
const emptyDraft: Draft = { names: { firstname: '', lastname: '' }, submission: null };

/**
 * What is typed into the form for a new person. It outlives a reload, together with the key of a
 * submission whose answer was lost, so that sending it again does not make two.
 */
export function useDraft() {
  const [draft, setDraft] = useState(read);

  function keep(next: Draft) {
    setDraft(next);
    write(next);
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

function read(): Draft {
  try {
    const stored = sessionStorage.getItem(STORED);
    return stored === null ? emptyDraft : (JSON.parse(stored) as Draft);
  } catch {
    return emptyDraft;
  }
}

function write(draft: Draft): void {
  try {
    sessionStorage.setItem(STORED, JSON.stringify(draft));
  } catch {
    // Storage is full or forbidden: the draft lives as long as the page.
  }
}
