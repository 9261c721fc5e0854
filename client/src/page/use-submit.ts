import { useEffect, useRef, useState, type FormEvent } from 'react';
import { failureOf, noFailure } from '../http/failure.js';

/**
 * What every form does: send once at a time, and show at its field what was refused. What `check`
 * finds wrong, by field, is not sent.
 */
export function useSubmit(
  fields: readonly string[],
  send: () => Promise<void>,
  check: () => Readonly<Record<string, string>> = () => ({}),
) {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState(noFailure);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
  }, [failure]);

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const wrong = check();
    if (Object.keys(wrong).length > 0) return setFailure({ message: null, fields: wrong });
    setBusy(true);
    setFailure(noFailure);
    try {
      await send();
    } catch (error) {
      setFailure(failureOf(error, fields));
    } finally {
      setBusy(false);
    }
  }

  return { form, failure, busy, onSubmit, setFailure };
}
