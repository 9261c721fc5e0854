import { words } from '../../words/words.js';

interface SearchEndProps {
  isEmpty: boolean;
  hasMore: boolean;
}

/** Follows the users who were found: whether there are any, and whether there may be more. */
export function SearchEnd({ isEmpty, hasMore }: SearchEndProps) {
  if (hasMore) return <p className="nav-empty">{words.people.mayBeMore}</p>;
  return isEmpty && <p className="nav-empty">{words.people.noneFound}</p>;
}
