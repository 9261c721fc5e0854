import { type ClipboardEvent, useEffect, useState } from 'react';
import { settings } from '../../settings.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { partOf } from '../../store/state.js';
import { fileUploads } from './file-uploads.js';
import { isOneRefused, noFiles, waitingFiles } from './waiting-files.js';

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
    refusal: files.length > 0 ? refusal : null,
    // As they are now: Enter can follow the removal of a file before the page is rendered again.
    isRefused: () => isOneRefused(uploads.in(draft)),
    add: (contents: readonly File[]) => setRefusal(uploads.add(draft, roomId, contents)),
  };
}

/** Files of the clipboard, such as a screenshot. Text from a document, which may bring an image of itself, stays text. */
export function pastedFiles({ clipboardData }: ClipboardEvent): readonly File[] {
  return hasUploads && !clipboardData.types.includes('text/plain') ? [...clipboardData.files] : [];
}
