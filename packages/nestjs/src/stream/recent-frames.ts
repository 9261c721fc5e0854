import type { RecentEvents } from '../log/recent-events.js';
import type { EventEncoder } from './event-encoder.js';

/** Recent events that are looked at: all of them could take as long as a slice of deliveries. */
const SAMPLE = 1000;

/** Bytes of the frames that are kept for recent events, estimated from some of them. */
export function bytesOfFrames(recent: RecentEvents, encoders: ReadonlySet<EventEncoder>): number {
  const sample = recent.sample(SAMPLE);
  if (sample.length === 0) return 0;
  let bytes = 0;
  for (const encoder of encoders) for (const event of sample) bytes += encoder.bytesOfFrame(event);
  return Math.round((bytes * recent.size) / sample.length);
}
