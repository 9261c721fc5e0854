import { useCallback, useRef } from 'react';
import { failureOf, messageOf, noFailure } from '../http/failure.js';
import type { ProblemTexts } from '../words/types.js';
import { useFailure } from './use-failure.js';

/** Requests outside of a form: the text of the last failure, until the next attempt. */
export function useAttempt(problems?: ProblemTexts) {
  const [failure, setFailure] = useFailure();
  const meanings = useRef(problems);
  meanings.current = problems;
  const attempt = useCallback(
    (work: Promise<unknown>): void => {
      setFailure(noFailure);
      work.catch((error: unknown) => setFailure(failureOf(error, [], meanings.current)));
    },
    [setFailure],
  );
  /** Of a request that nothing repeats: its failure stays. */
  const fail = (error: unknown) =>
    setFailure({ ...noFailure, message: messageOf(error, problems) });
  return { failure: failure.message, attempt, fail };
}
