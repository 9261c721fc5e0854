import type { EventName } from '../../store/events.js';

export const sessionEvents = [
  'session.started',
  'session.ended',
] as const satisfies readonly EventName[];
