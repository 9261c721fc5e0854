import { type RefObject, useEffect, useRef, useState } from 'react';
import { hasUploads } from './use-attached-files.js';

const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') ?? false;

/**
 * Takes files that are dropped on the panel of a composer, or on the page outside of such panels. Otherwise the browser
 * would leave the page to open them.
 *
 * @returns whether files are over that area
 */
export function useFileDrop(
  composer: RefObject<HTMLElement | null>,
  onFiles: (files: readonly File[]) => void,
): boolean {
  const [isOver, setIsOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    if (!hasUploads) return;
    const listening = new AbortController();
    const { signal } = listening;
    const panel = composer.current!.closest<HTMLElement>('.side-pane');
    const area: GlobalEventHandlers = panel ?? window;
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // A panel has taken it.
      setIsOver(!event.defaultPrevented);
      event.preventDefault();
    };
    const onDragLeave = ({ relatedTarget }: DragEvent) => {
      const target = relatedTarget as Node | null;
      if (panel ? !panel.contains(target) : target === null) setIsOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setIsOver(false);
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) latest.current(files);
    };
    area.addEventListener('dragover', onDragOver, { signal });
    area.addEventListener('dragleave', onDragLeave, { signal });
    area.addEventListener('drop', onDrop, { signal });
    return () => listening.abort();
  }, [composer]);
  return isOver;
}
