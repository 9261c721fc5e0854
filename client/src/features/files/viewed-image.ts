import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';

export interface ViewedImage {
  readonly roomId: string;
  readonly fileId: string;
}

/** The image that the viewer shows; null while it is closed. */
export const viewedImage: Slice<ViewedImage | null> = { name: 'viewed image', initial: null };

export const viewImage = (store: Store, image: ViewedImage | null): void =>
  store.update(viewedImage, () => image);
