let reasons = 0;

/** Lets the browser ask before it leaves the page, until the returned function is called. */
export function keepFromLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener('beforeunload', ask);
  reasons += 1;
  return () => {
    removeEventListener('beforeunload', ask);
    reasons -= 1;
  };
}

/** Whether leaving the page loses work. */
export const losesWork = (): boolean => reasons > 0;
