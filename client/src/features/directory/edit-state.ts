import { type Failure, noFailure } from '../../http/failure.js';
import { cleaned, type Names, sameNames, type User } from '../people/user.js';
import type { UserVersion } from '../people/users-api.js';

/** An edit of a user whom others may change or remove meanwhile. */
export interface Edit {
  readonly phase: 'editing' | 'saving' | 'gone';
  readonly typed: Names;
  readonly touched: boolean;
  /** The names that the user saw before typing: a save may overwrite them without asking. */
  readonly seen: Names;
  /** Null until fetched. */
  readonly etag: string | null;
  /** The latest version from the stream or the server, if it is new. */
  readonly received: User | null;
  readonly failure: Failure;
}

export type EditAction =
  | { readonly type: 'fetched'; readonly version: UserVersion }
  | { readonly type: 'typed'; readonly names: Names }
  | { readonly type: 'received'; readonly user: User }
  | { readonly type: 'saving' }
  /** The server refused the save because the user has changed to this. */
  | { readonly type: 'overtaken'; readonly user: User }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'gone' };

export function startEdit({ firstname, lastname }: Names): Edit {
  return {
    phase: 'editing',
    typed: { firstname, lastname },
    touched: false,
    seen: { firstname, lastname },
    etag: null,
    received: null,
    failure: noFailure,
  };
}

export function reduceEdit(edit: Edit, action: EditAction): Edit {
  switch (action.type) {
    case 'fetched': {
      const { user, etag } = action.version;
      if (edit.touched) return { ...edit, etag, received: user };
      const { firstname, lastname } = user;
      return { ...edit, etag, typed: { firstname, lastname }, seen: { firstname, lastname } };
    }
    case 'typed':
      return { ...edit, typed: action.names, touched: true };
    case 'received':
      return { ...edit, received: action.user };
    case 'saving':
      return { ...edit, phase: 'saving', failure: noFailure };
    case 'overtaken':
      return { ...edit, phase: 'editing', received: action.user };
    case 'failed':
      return { ...edit, phase: 'editing', failure: action.failure };
    case 'gone':
      return { ...edit, phase: 'gone', failure: noFailure };
  }
}

/**
 * What someone else saved, when saving would overwrite it. The same names as typed are no
 * conflict: they are this user's own save, received before its response or after a lost one.
 */
export function conflictOf({ phase, typed, seen, received }: Edit): User | null {
  if (phase !== 'editing' || !received) return null;
  return sameNames(received, seen) || sameNames(received, cleaned(typed)) ? null : received;
}
