import { useCallback, useRef, useState } from 'react';
import { messageOf } from '../http/failure.js';
import type { ProblemTexts } from '../words/types.js';

/** Requests outside of a form: the text of the last failure, until the next attempt. */
export function useAttempt(problems?: ProblemTexts) {
  const [failure, setFailure] = useState<string | null>(null);
  const fail = (error: unknown) => setFailure(messageOf(error, problems));
  const failed = useRef(fail);
  failed.current = fail;
  const attempt = useCallback((work: Promise<unknown>): void => {
    setFailure(null);
    work.catch((error: unknown) => failed.current(error));
  }, []);
  return { failure, attempt, fail };
}
