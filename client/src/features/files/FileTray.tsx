import { useIsLive, useStore } from '../../store/use-store.js';
import { FileIcon, FileThumbnail, Thumbnail } from './FileThumbnail.js';
import { filesWords as words } from './files.words.js';
import { fileUploads } from './file-uploads.js';
import type { WaitingFile } from './waiting-files.js';

interface FileTrayProps {
  /** The key of the draft. */
  draft: string;
  roomId: string;
  files: readonly WaitingFile[];
  /** Where the focus goes when the last file is removed. */
  onEmpty: () => void;
}

/** Above the field: the files of the message that is being written. */
export function FileTray({ draft, roomId, files, onEmpty }: FileTrayProps) {
  const uploads = useStore().service(fileUploads);
  return (
    <ul className="file-tray" aria-label={words.attached}>
      {files.map((file) => (
        <Waiting
          key={file.id}
          roomId={roomId}
          file={file}
          onRetry={() => uploads.retry(file.id)}
          onRemove={(button) => {
            focusNext(button, onEmpty);
            uploads.remove(draft, file.id);
          }}
        />
      ))}
    </ul>
  );
}

interface WaitingProps {
  roomId: string;
  file: WaitingFile;
  onRetry: () => void;
  onRemove: (button: HTMLElement) => void;
}

function Waiting({ roomId, file, onRetry, onRemove }: WaitingProps) {
  const { name, state } = file;
  const isLive = useIsLive();
  const canRetry = state === 'refused' ? file.canRetry : state === 'interrupted' && isLive;
  return (
    <li className={`waiting-file waiting-file-${state}`}>
      <Picture roomId={roomId} file={file} />
      <span className="waiting-file-name" dir="auto">
        {name}
      </span>
      <Status file={file} isLive={isLive} />
      {canRetry && (
        <button
          type="button"
          className="button-quiet"
          aria-label={words.retryOf(name)}
          onClick={onRetry}
        >
          {words.retry}
        </button>
      )}
      <button
        type="button"
        className="waiting-file-remove"
        aria-label={words.remove(name)}
        onClick={({ currentTarget }) => onRemove(currentTarget)}
      >
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}

function Picture({ roomId, file: { thumbnail, file } }: Pick<WaitingProps, 'roomId' | 'file'>) {
  if (thumbnail) return <Thumbnail src={thumbnail} />;
  return file ? <FileThumbnail roomId={roomId} file={file} /> : <FileIcon />;
}

/** Assistive technology announces the end of an upload, not each step. */
function Status({ file, isLive }: { file: WaitingFile; isLive: boolean }) {
  const { name, size, state, progress, failure } = file;
  if (state === 'refused')
    return (
      <span className="waiting-file-state failure" role="alert">
        <span className="visually-hidden">{words.notUploaded(name, '')}</span>
        {failure}
      </span>
    );
  if (state === 'uploaded')
    return (
      <span className="waiting-file-state" role="status">
        <span className="visually-hidden">{words.uploaded(name)}</span>
        <span aria-hidden="true">{words.size(size)}</span>
      </span>
    );
  return (
    <span className="waiting-file-state">
      {state === 'uploading' && (
        <progress aria-label={words.uploading(name)} value={progress} max={1} />
      )}
      {state === 'uploading' && words.percent(progress)}
      {state === 'queued' && words.queued}
      {state === 'interrupted' && (isLive ? words.interrupted : words.offline)}
    </span>
  );
}

/** The button is about to disappear. */
function focusNext(button: HTMLElement, onEmpty: () => void): void {
  const item = button.closest('li')!;
  const next = item.nextElementSibling ?? item.previousElementSibling;
  const target = next?.querySelector<HTMLElement>('.waiting-file-remove');
  if (target) target.focus();
  else onEmpty();
}
