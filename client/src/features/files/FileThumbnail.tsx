import { urlOfPreview, isImage, type MessageFile } from './message-file.js';

/** The preview of an image, or an icon. */
export function FileThumbnail({ roomId, file }: { roomId: string; file: MessageFile }) {
  if (!isImage(file)) return <FileIcon />;
  return <img src={urlOfPreview(roomId, file.id)} alt="" width={40} height={40} loading="lazy" />;
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
