import type { Response } from 'express';
import type { Place } from './stream-places.js';

/** What an application does in the course of one stream. It is kept for as long as the stream is open. */
export interface StreamCourse {
  /** Runs before the stream starts. If it fails, the client gets a closing frame and comes back. */
  opening?(): Promise<void>;
  /**
   * Runs before the head of the response is written, for headers.
   *
   * @param start how the stream starts: from the cursor of the request, or with a reset.
   */
  starting?(response: Response, start: { readonly isReset: boolean }): void;
  /** The stream has ended, or could not be opened after `opening`. */
  ended?(): void;
}

/** The course of a stream for which the application does nothing. */
export const NO_COURSE: StreamCourse = {};

/** A place that ends the course when it is free again. */
export function withEnd(place: Place, course: StreamCourse): Place {
  if (!course.ended) return place;
  let isFree = false;
  return {
    free: () => {
      place.free();
      if (!isFree) course.ended?.();
      isFree = true;
    },
  };
}
