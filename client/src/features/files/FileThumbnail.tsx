import { useState } from 'react';
import { urlOfPreview, isImage, type MessageFile } from './message-file.js';

/** The preview of an image, or an icon. */
export function FileThumbnail({ roomId, file }: { roomId: string; file: MessageFile }) {
  if (!isImage(file)) return <FileIcon />;
  return <Thumbnail src={urlOfPreview(roomId, file.id)} />;
}

/** An image, or an icon where the browser cannot show it: a file is not always what its name says. */
export function Thumbnail({ src }: { src: string }) {
  const [broken, setBroken] = useState<string | null>(null);
  if (broken === src) return <FileIcon />;
  return (
    <img src={src} alt="" width={40} height={40} loading="lazy" onError={() => setBroken(src)} />
  );
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
