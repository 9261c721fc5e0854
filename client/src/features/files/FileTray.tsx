import { useStore } from '../../store/use-store.js';
import { filesWords as words } from './files.words.js';
import { fileUploads } from './file-uploads.js';
import { isImage, urlOfPreview } from './message-file.js';
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
  return (
    <li className={`waiting-file waiting-file-${state}`}>
      <Thumbnail roomId={roomId} file={file} />
      <span className="waiting-file-name" dir="auto">
        {name}
      </span>
      <Status file={file} />
      {state === 'refused' && (
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

function Thumbnail({ roomId, file: { thumbnail, file } }: Pick<WaitingProps, 'roomId' | 'file'>) {
  const url = thumbnail ?? (file && isImage(file) ? urlOfPreview(roomId, file.id) : null);
  if (url === null) return <FileIcon />;
  return <img src={url} alt="" width={40} height={40} />;
}

export function FileIcon() {
  return (
    <svg className="file-icon" viewBox="0 0 24 24" width={24} height={24} aria-hidden="true">
      <path
        d="M6 2h8l5 5v15H6zM14 2v5h5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** Assistive technology announces the end of an upload, not each step. */
function Status({ file: { name, size, state, progress, failure } }: { file: WaitingFile }) {
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
      {state === 'interrupted' && words.interrupted}
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
