import { FairQueue } from '@carillon/nestjs/internal';
import { Logger } from '@nestjs/common';
import type { Sharp } from 'sharp';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/** The largest side of a preview in pixels: twice the width at which the page shows it. */
const MAX_SIDE = 960;
/** The largest image that is decoded. A photo of a phone has 48 million pixels; decoded, it takes 200 MB. */
const MAX_PIXELS = 50_000_000;
/** Seconds for one preview. */
const MAX_SECONDS = 20;
/**
 * Previews that are rendered at the same time: half the cores, and at most half the four threads of Node's pool. Each takes
 * one for as long as it is rendered, and each commit waits for one that flushes it.
 */
const AT_ONCE = Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), 2);

/** Decoders of libvips that are used. All others stay blocked, whatever an image says that it is. */
const DECODERS = [
  'VipsForeignLoadJpeg',
  'VipsForeignLoadPng',
  'VipsForeignLoadNsgif',
  'VipsForeignLoadWebp',
  'VipsForeignLoadHeif',
];

export const PREVIEW_TYPE = 'image/webp';

/** The preview of an image, and the size of the image itself with its EXIF orientation applied. */
export interface Preview {
  readonly width: number;
  readonly height: number;
  /** The bytes of the preview. */
  readonly size: number;
}

/** Renders a few previews at a time. Users take turns, so that one with many images does not delay the others. */
export class Previews {
  readonly #logger = new Logger(Previews.name);
  readonly #waiting = new FairQueue<() => Promise<void>>();
  #running = 0;

  /**
   * Writes a preview without metadata. Of an animation, it shows the first image.
   *
   * @returns `undefined` if the image is damaged or too large: it is then a file like others.
   */
  write(userId: string, image: string, preview: string): Promise<Preview | undefined> {
    const { promise, resolve } = Promise.withResolvers<Preview | undefined>();
    this.#waiting.add(userId, () => this.#render(image, preview).then(resolve));
    this.#startNext();
    return promise;
  }

  #startNext(): void {
    const next = this.#running < AT_ONCE ? this.#waiting.next() : undefined;
    if (!next) return;
    this.#running++;
    void next().finally(() => {
      this.#running--;
      this.#startNext();
    });
  }

  async #render(image: string, preview: string): Promise<Preview | undefined> {
    try {
      const decoded = await decode(image);
      const { width, height } = (await decoded.metadata()).autoOrient;
      await decoded
        .autoOrient()
        .resize(MAX_SIDE, MAX_SIDE, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 80 })
        .timeout({ seconds: MAX_SECONDS })
        .toFile(preview);
      return { width, height, size: await flush(preview) };
    } catch (error) {
      this.#logger.debug(`An image has no preview: ${(error as Error).message}`);
      return undefined;
    }
  }
}

/** A store only renames files, so they must be on disk before. @returns the size in bytes. */
async function flush(path: string): Promise<number> {
  const file = await open(path);
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Loads the library with the first image: it takes 40 MB of memory. */
async function decode(image: string): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: DECODERS });
  return sharp(image, { limitInputPixels: MAX_PIXELS, pages: 1 });
}
