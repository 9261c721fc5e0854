import { useLayoutEffect, useRef, useState, type FormEvent, type RefObject } from 'react';
import { type Failure, failureOf } from '../http/failure.js';
import type { ProblemTexts } from '../words/types.js';
import { useFailure } from './use-failure.js';

interface SubmitOptions {
  /** The fields that can show an error of their own. */
  readonly fields?: readonly string[];
  readonly send: () => Promise<void>;
  /** The mistakes by field. With a mistake, nothing is sent. */
  readonly check?: () => Readonly<Record<string, string>>;
  /** What problem codes mean for this form. */
  readonly problems?: ProblemTexts;
}

export type Submission = ReturnType<typeof useSubmit>;

/** The submission of a form: one request at a time, errors at their fields, and the focus on the first of them. */
export function useSubmit({ fields = [], send, check = () => ({}), problems }: SubmitOptions) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useFailure();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  useFocusOnFirstMistake(form, failure);

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const mistakes = check();
    setFailure({ message: null, fields: mistakes });
    if (Object.keys(mistakes).length > 0) return;
    setBusy(true);
    setDone(false);
    try {
      await send();
      setDone(true);
    } catch (error) {
      setFailure(failureOf(error, fields, problems));
    } finally {
      setBusy(false);
    }
  }

  return { form, failure, busy, done, onSubmit };
}

export function useFocusOnFirstMistake(
  form: RefObject<HTMLFormElement | null>,
  failure: Failure,
): void {
  useLayoutEffect(() => {
    form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
  }, [form, failure]);
}
