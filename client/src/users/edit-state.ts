import { noFailure, type Failure } from '../http/failure.js';
import { sameNames, cleaned, type Names, type User } from './user.js';
import type { UserVersion } from './users-api.js';

/** One person's edit of a user that others may change or remove meanwhile. */
export interface Edit {
  readonly phase: 'editing' | 'saving' | 'gone';
  readonly typed: Names;
  readonly touched: boolean;
  /** What the person saw before typing: all that a save may overwrite without asking. */
  readonly seen: Names;
  /** Null until it is fetched. */
  readonly etag: string | null;
  /** The latest that was heard of the user, where that is news. */
  readonly heard: User | null;
  readonly failure: Failure;
}

export type EditAction =
  | { readonly type: 'fetched'; readonly version: UserVersion }
  | { readonly type: 'typed'; readonly names: Names }
  | { readonly type: 'heard'; readonly user: User }
  | { readonly type: 'saving' }
  /** The server refused the save, since the user had become this. */
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
    heard: null,
    failure: noFailure,
  };
}

export function reduceEdit(edit: Edit, action: EditAction): Edit {
  switch (action.type) {
    case 'fetched': {
      const { user, etag } = action.version;
      if (edit.touched) return { ...edit, etag, heard: user };
      const { firstname, lastname } = user;
      return { ...edit, etag, typed: { firstname, lastname }, seen: { firstname, lastname } };
    }
    case 'typed':
      return { ...edit, typed: action.names, touched: true };
    case 'heard':
      return { ...edit, heard: action.user };
    case 'saving':
      return { ...edit, phase: 'saving', failure: noFailure };
    case 'overtaken':
      return { ...edit, phase: 'editing', heard: action.user };
    case 'failed':
      return { ...edit, phase: 'editing', failure: action.failure };
    case 'gone':
      return { ...edit, phase: 'gone', failure: noFailure };
  }
}

/**
 * What someone else saved, when saving would overwrite it. The same names as typed are no
 * conflict: they are this person's own save, heard before its answer or after a lost one.
 */
export function conflictOf({ phase, typed, seen, heard }: Edit): User | null {
  if (phase !== 'editing' || !heard) return null;
  return sameNames(heard, seen) || sameNames(heard, cleaned(typed)) ? null : heard;
}
