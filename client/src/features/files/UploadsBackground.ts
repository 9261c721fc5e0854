import { useEffect } from 'react';
import { usePart } from '../../store/use-store.js';
import { isUnderWay, waitingFiles } from './waiting-files.js';

/** Lets the browser ask before it closes or reloads a page with uploads under way, which would be lost. */
export function UploadsBackground() {
  const isUploading = [...usePart(waitingFiles).values()].flat().some(isUnderWay);
  useEffect(() => {
    if (!isUploading) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isUploading]);
  return null;
}
