import { Dialog } from '../../ui/Dialog.js';
import { filesWords as words } from './files.words.js';
import { type ImageFile, urlOfFile } from './message-file.js';

interface ImageViewerProps {
  roomId: string;
  /** In the order of the room. */
  images: readonly ImageFile[];
  /** The id of the image to show. */
  fileId: string;
  onShow: (fileId: string) => void;
  onClose: () => void;
}

/** Shows one image of a room at a time. */
export function ImageViewer({ roomId, images, fileId, onShow, onClose }: ImageViewerProps) {
  const index = images.findIndex(({ id }) => id === fileId);
  const file = images[index];
  if (!file) return null;
  const show = (to: ImageFile | undefined) => to && onShow(to.id);
  const [previous, next] = [images[index - 1], images[index + 1]];
  return (
    <Dialog label={words.viewer} className="viewer" onClose={onClose}>
      <div
        className="viewer-all"
        onKeyDown={({ key }) => {
          if (key === 'ArrowLeft') show(previous);
          if (key === 'ArrowRight') show(next);
        }}
      >
        <div className="viewer-head">
          <p className="viewer-name" role="status">
            <bdi>{file.name}</bdi>{' '}
            <span className="viewer-place">{words.place(index + 1, images.length)}</span>
          </p>
          <a className="viewer-action" href={urlOfFile(roomId, file.id)} download={file.name}>
            {words.saveImage}
          </a>
          <button type="button" className="viewer-action" autoFocus onClick={onClose}>
            {words.close}
          </button>
        </div>
        <img
          key={file.id}
          src={urlOfFile(roomId, file.id)}
          alt={file.name}
          width={file.width}
          height={file.height}
        />
        <Step
          name={words.previous}
          className="viewer-previous"
          sign="‹"
          to={previous}
          show={show}
        />
        <Step name={words.next} className="viewer-next" sign="›" to={next} show={show} />
      </div>
    </Dialog>
  );
}

interface StepProps {
  name: string;
  className: string;
  sign: string;
  to: ImageFile | undefined;
  show: (file: ImageFile | undefined) => void;
}

/** It stays when there is no image in its direction, so that the focus stays, too. */
function Step({ name, className, sign, to, show }: StepProps) {
  return (
    <button
      type="button"
      className={`viewer-step ${className}`}
      aria-label={name}
      aria-disabled={to === undefined}
      onClick={() => show(to)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
