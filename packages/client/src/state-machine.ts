/** What a connection is doing. */
export type State =
  | 'idle'
  /** A snapshot request is in flight. */
  | 'reading'
  /** A stream is requested, and has not opened yet. */
  | 'opening'
  | 'live'
  /** Until the next attempt. */
  | 'waiting'
  | 'offline'
  /** The page has been hidden for a while. */
  | 'hidden'
  /** The buffer of the consumer is full. */
  | 'full'
  /** The application decides what to do about an error. */
  | 'asking'
  | 'failed'
  | 'closed';

/** What happens to a connection. */
export type Input =
  | 'start'
  | 'snapshotRead'
  | 'snapshotFailed'
  | 'opened'
  /** The stream ended or failed, and may be opened again. */
  | 'ended'
  /** No event and no heartbeat within the silence timeout. */
  | 'silent'
  /** The cursor or the state of the application is of no use: the snapshot is needed again. */
  | 'reset'
  /** An error that another attempt does not change. */
  | 'refused'
  /** A new token is needed, or has just been asked for. */
  | 'renewed'
  /** The delay before the next attempt has passed. */
  | 'elapsed'
  | 'online'
  | 'offline'
  | 'shown'
  | 'hidden'
  | 'left'
  | 'filled'
  | 'drained'
  /** The application answered an error with new options. */
  | 'recovered'
  | 'gaveUp'
  /** The application wants to connect now. */
  | 'reconnect'
  | 'close';

/** What a transition depends on, besides the state. */
export interface Conditions {
  /** There is no cursor, and a snapshot can be read. */
  readonly needsSnapshot: boolean;
  /** The browser reported that the network is gone. */
  readonly offline: boolean;
  /** No heartbeat has arrived when one was due. */
  readonly stale: boolean;
  /** The last attempt started over already, and nothing has been delivered since. */
  readonly startedOver: boolean;
  /** The buffer of the consumer is full. */
  readonly full: boolean;
  /** The transport has paused, and the stream is still open. */
  readonly held: boolean;
}

/** What has to be done when a state is entered. `stop` ends what the previous state was waiting for. */
export type Effect =
  'stop' | 'readSnapshot' | 'openStream' | 'wait' | 'hold' | 'release' | 'askApplication';

type Decision = (conditions: Conditions) => State | null;

const connect: Decision = ({ full, needsSnapshot }) => {
  if (full) return 'full';
  return needsSnapshot ? 'reading' : 'opening';
};
const retry: Decision = ({ offline }) => (offline ? 'offline' : 'waiting');
/** The second time in a row it waits, so that it does not spin. */
const startOver: Decision = (now) => (now.startedOver ? retry(now) : connect(now));
const connectIfStale: Decision = (now) => (now.stale ? connect(now) : null);
const goOn: Decision = (now) => (now.held ? 'live' : connect(now));

/** A connection that is open or on its way. */
const connected = {
  ended: retry,
  refused: 'asking',
  renewed: startOver,
  online: connectIfStale,
  shown: connectIfStale,
  offline: 'offline',
  hidden: 'hidden',
  left: 'hidden',
  reconnect: connect,
  close: 'closed',
} as const;

/** State × input → next state. An input without an entry changes nothing. */
const TABLE: Record<State, Partial<Record<Input, State | Decision>>> = {
  idle: { start: connect, close: 'closed' },
  reading: { ...connected, snapshotRead: connect, snapshotFailed: retry },
  opening: { ...connected, opened: 'live', silent: retry, reset: startOver, filled: 'full' },
  live: { ...connected, silent: retry, reset: startOver, filled: 'full' },
  waiting: {
    elapsed: connect,
    online: connect,
    shown: connect,
    offline: 'offline',
    hidden: 'hidden',
    left: 'hidden',
    reconnect: connect,
    close: 'closed',
  },
  offline: {
    online: connect,
    shown: connect,
    hidden: 'hidden',
    left: 'hidden',
    reconnect: connect,
    close: 'closed',
  },
  hidden: { shown: connect, reconnect: connect, close: 'closed' },
  full: { drained: goOn, hidden: 'hidden', left: 'hidden', close: 'closed' },
  asking: { recovered: startOver, gaveUp: 'failed', reconnect: connect, close: 'closed' },
  failed: { reconnect: connect, close: 'closed' },
  closed: {},
};

const EFFECTS: Record<State, readonly Effect[]> = {
  idle: [],
  reading: ['stop', 'readSnapshot'],
  opening: ['stop', 'openStream'],
  live: ['release'],
  waiting: ['stop', 'wait'],
  offline: ['stop'],
  hidden: ['stop'],
  full: ['hold'],
  asking: ['stop', 'askApplication'],
  failed: ['stop'],
  closed: ['stop'],
};

export interface Transition {
  readonly state: State;
  /** In order. */
  readonly effects: readonly Effect[];
}

/** @returns `null` if the input changes nothing in this state. */
export function transition(state: State, input: Input, conditions: Conditions): Transition | null {
  const entry = TABLE[state][input];
  const next = typeof entry === 'function' ? entry(conditions) : (entry ?? null);
  return next === null ? null : { state: next, effects: EFFECTS[next] };
}
