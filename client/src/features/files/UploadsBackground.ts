import { useEffect } from 'react';
import { useDuringSession } from '../../session/use-session.js';
import { keepFromLeaving } from '../../state/leaving.js';
import { usePart, useStore } from '../../store/use-store.js';
import { fileUploads } from './file-uploads.js';
import { isUnderWay, waitingFiles } from './waiting-files.js';

/** Asks before the user leaves a page with uploads under way, which would be lost, and ends them with the session. */
export function UploadsBackground() {
  useDuringSession(useStore().service(fileUploads).start);
  const isUploading = [...usePart(waitingFiles).values()].flat().some(isUnderWay);
  useEffect(() => (isUploading ? keepFromLeaving() : undefined), [isUploading]);
  return null;
}
