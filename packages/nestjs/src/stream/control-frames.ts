import { frame } from './frames.js';

/** The frames of a stream that are not events. */
export interface ControlFrames {
  /** The first frame: how long a client waits before it comes back, and its cursor. */
  opening(retry: number, cursor: string): string;
  /** After silence: everything up to the cursor has been delivered. */
  heartbeat(cursor: string): string;
  /** Moves the cursor past events that the subscriber does not receive. */
  cursor(cursor: string): string;
  /** Events were lost. The client reads its snapshot again. */
  reset(cursor: string, data: string): string;
  /** The last frame: when the client comes back. */
  closing(retry: number): string;
}

/** The control frames of most streams. Clients know the events `heartbeat` and `reset`. */
export const CONTROL_FRAMES: ControlFrames = {
  opening: (retry, id) => frame({ retry, id }),
  heartbeat: (id) => frame({ type: 'heartbeat', id, data: '{}' }),
  cursor: (id) => frame({ id }),
  reset: (id, data) => frame({ type: 'reset', id, data }),
  closing: (retry) => frame({ retry }),
};
