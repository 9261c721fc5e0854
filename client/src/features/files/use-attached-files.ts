import { type ClipboardEvent, useEffect, useState } from 'react';
import { settings } from '../../settings.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { partOf } from '../../store/state.js';
import { fileUploads } from './file-uploads.js';
import { noFiles, waitingFiles } from './waiting-files.js';

/** Whether users can upload files. */
export const hasUploads = settings.maxFileBytes > 0;

/** The files of the message that is being written in a room, by the key of its draft. */
export function useAttachedFiles(draft: string, roomId: string) {
  const uploads = useStore().service(fileUploads);
  const files = useSelected(({ state }) => partOf(state, waitingFiles).get(draft) ?? noFiles);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => uploads.restore(draft), [uploads, draft]);
  return {
    files,
    /** Why some files were not attached. */
    refusal,
    // As they are now: Enter can follow the removal of a file before the page is rendered again.
    isReady: () => uploads.in(draft).every(({ state }) => state === 'uploaded'),
    isRefused: () => uploads.in(draft).some(({ state }) => state === 'refused'),
    add: (contents: readonly File[]) => setRefusal(uploads.add(draft, roomId, contents)),
    take: () => {
      setRefusal(null);
      return uploads.take(draft);
    },
  };
}

/** Files of the clipboard, such as a screenshot. Text from a document, which may bring an image of itself, stays text. */
export function pastedFiles({ clipboardData }: ClipboardEvent): readonly File[] {
  return hasUploads && !clipboardData.types.includes('text/plain') ? [...clipboardData.files] : [];
}
