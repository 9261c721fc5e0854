import type { MouseEvent } from 'react';
import { useStore } from '../../store/use-store.js';
import { FileIcon } from './FileThumbnail.js';
import { filesWords as words } from './files.words.js';
import {
  type ImageFile,
  isImage,
  type MessageFile,
  urlOfFile,
  urlOfPreview,
} from './message-file.js';
import { viewImage } from './viewed-image.js';

/** The largest size of an image in a message, in px. */
const MAX = { width: 360, height: 280 };

interface MessageFilesProps {
  id?: string;
  roomId: string;
  files: readonly MessageFile[];
  /** Whether Tab reaches them. */
  isCurrent?: boolean;
}

/** The files of a message. An image has its height before it is loaded, so its row does not grow. */
export function MessageFiles({ id, roomId, files, isCurrent = true }: MessageFilesProps) {
  if (files.length === 0) return null;
  const tabIndex = isCurrent ? 0 : -1;
  return (
    <ul id={id} className="files" aria-label={words.files}>
      {files.map((file) => (
        <li key={file.id} className={isImage(file) ? 'files-image' : 'files-other'}>
          {isImage(file) ? (
            <Image roomId={roomId} file={file} tabIndex={tabIndex} />
          ) : (
            <Other roomId={roomId} file={file} tabIndex={tabIndex} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface FileProps<File> {
  roomId: string;
  file: File;
  tabIndex: number;
}

function Image({ roomId, file, tabIndex }: FileProps<ImageFile>) {
  const store = useStore();
  const { width, height } = file;
  const scale = Math.min(1, MAX.width / width, MAX.height / height);
  return (
    <a
      className="file-image"
      href={urlOfFile(roomId, file.id)}
      target="_blank"
      rel="noreferrer"
      tabIndex={tabIndex}
      aria-label={words.open(file.name)}
      data-file={file.id}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        viewImage(store, { roomId, fileId: file.id });
      }}
    >
      <img
        src={urlOfPreview(roomId, file.id)}
        alt={file.name}
        width={Math.max(1, Math.round(width * scale))}
        decoding="async"
        style={{ aspectRatio: `${width} / ${height}` }}
      />
    </a>
  );
}

/** With a key of the keyboard, the browser opens a tab or a window. */
const isPlainClick = ({ ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean =>
  !ctrlKey && !metaKey && !shiftKey && !altKey;

function Other({ roomId, file, tabIndex }: FileProps<MessageFile>) {
  const size = words.size(file.size);
  return (
    <a
      className="file-link"
      href={urlOfFile(roomId, file.id)}
      download={file.name}
      tabIndex={tabIndex}
      aria-label={words.download(file.name, size)}
    >
      <FileIcon />
      <span className="file-name" dir="auto">
        {file.name}
      </span>
      <span className="file-size">{size}</span>
    </a>
  );
}
