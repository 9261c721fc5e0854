import { type ClipboardEvent, useEffect, useState } from 'react';
import { settings } from '../../settings.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { partOf } from '../../store/state.js';
import { filesWords as words } from './files.words.js';
import { fileUploads } from './file-uploads.js';
import { refusedOf, noFiles, waitingFiles } from './waiting-files.js';

/** Whether users can upload files. */
export const hasUploads = settings.maxFileBytes > 0;

/** The files of the message that is being written in a room, by the key of its draft. */
export function useAttachedFiles(draft: string, roomId: string) {
  const uploads = useStore().service(fileUploads);
  const files = useSelected(({ state }) => partOf(state, waitingFiles).get(draft) ?? noFiles);
  const [refusal, setRefusal] = useState<string | null>(null);
  /** Whether the user has tried to send them although one is refused. */
  const [isHeld, setHeld] = useState(false);
  useEffect(() => uploads.restore(draft), [uploads, draft]);
  const refused = refusedOf(files);
  return {
    files,
    isRefused: refused.length > 0,
    /** Why some files were not attached, or why the message is not sent. */
    refusal:
      isHeld && refused.length > 0
        ? words.removeToSend(refused.map(({ name }) => name))
        : files.length > 0
          ? refusal
          : null,
    /** Otherwise `refusal` says what to do. */
    mayBeSent(): boolean {
      // As they are now: Enter can follow the removal of a file before the page is rendered again.
      const isRefused = refusedOf(uploads.in(draft)).length > 0;
      setHeld(isRefused);
      return !isRefused;
    },
    add(contents: readonly File[]): void {
      setHeld(false);
      setRefusal(uploads.add(draft, roomId, contents));
    },
  };
}

/** Files of the clipboard, such as a screenshot. Text from a document, which may bring an image of itself, stays text. */
export function pastedFiles({ clipboardData }: ClipboardEvent): readonly File[] {
  return hasUploads && !clipboardData.types.includes('text/plain') ? [...clipboardData.files] : [];
}
