import type { LoggedEvent } from '../log/event-log.js';

/** When an event was recorded, by the monotonic clock of this process. The clock of another node may be wrong. */
export const recordedAt = ({ at }: LoggedEvent): number =>
  performance.now() - Math.max(0, Date.now() - Date.parse(at));
