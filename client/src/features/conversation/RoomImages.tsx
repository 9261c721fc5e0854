import { useMemo } from 'react';
import { LazyModule } from '../../state/lazy-module.js';
import { partOf } from '../../store/state.js';
import { usePart, useSelected, useStore } from '../../store/use-store.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { isImage } from '../files/message-file.js';
import { viewedImage, viewImage } from '../files/viewed-image.js';
import { histories } from './histories.js';
import { type History, noHistory } from './history-fold.js';

const viewer = new LazyModule(() => import('../files/ImageViewer.js'));

/** The viewer of the images in the known part of a room. Its code is loaded when it is first opened. */
export function RoomImages({ roomId }: { roomId: string }) {
  const store = useStore();
  const viewed = usePart(viewedImage);
  const isOpen = viewed?.roomId === roomId;
  const code = useLazyCode(viewer, isOpen);
  const history = useSelected(({ state }) => partOf(state, histories).get(roomId) ?? noHistory);
  const images = useMemo(() => (isOpen ? imagesIn(history) : []), [history, isOpen]);
  if (!code || !isOpen) return null;
  return (
    <code.ImageViewer
      roomId={roomId}
      images={images}
      fileId={viewed.fileId}
      onShow={(fileId) => viewImage(store, { roomId, fileId })}
      onClose={() => viewImage(store, null)}
    />
  );
}

const imagesIn = (history: History) =>
  [...history]
    .toSorted(([one], [other]) => one - other)
    .flatMap(([, { message }]) => message.files.filter(isImage));
