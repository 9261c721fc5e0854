import { useCallback, useEffect, useRef, useState } from 'react';
import type { FollowError } from './errors.js';
import { follow } from './follow.js';
import type { FollowEvent, Following, FollowOptions, FollowStatus, Handlers } from './options.js';

export interface FollowState {
  readonly status: FollowStatus;
  /** Why it is not live: of `reconnecting` or `failed`; else `null`. */
  readonly error: FollowError | null;
  /** Connects now, whatever it is waiting for. */
  readonly reconnect: () => void;
}

const CONNECTING: FollowStatus = { state: 'connecting' };

/**
 * Follows a stream while the component is mounted. See {@link follow} for the options.
 *
 * Functions among the options may change with every render: the latest are called. A change of anything else (URL,
 * topic, parameters, headers, a token that is a string, the types of event) opens another stream.
 */
export function useFollow<Events extends object = Record<string, unknown>>(
  options: FollowOptions<Events>,
): FollowState {
  const latest = useRef(options);
  const following = useRef<Following<Events> | null>(null);
  const [status, setStatus] = useState<FollowStatus>(CONNECTING);
  useEffect(() => {
    latest.current = options;
  });

  const identity = identityOf(options);
  useEffect(() => {
    const opened = follow(viaLatest(() => latest.current, setStatus));
    following.current = opened;
    return () => opened.close();
  }, [identity]);

  const reconnect = useCallback(() => following.current?.reconnect(), []);
  return { status, error: 'error' in status ? status.error : null, reconnect };
}

/** The values among the options: `JSON.stringify` leaves out the functions. */
function identityOf<Events extends object>(options: FollowOptions<Events>): string {
  const { on = {}, signal: _, ...values } = options;
  return JSON.stringify([values, Object.keys(on).toSorted()]);
}

function viaLatest<Events extends object>(
  latest: () => FollowOptions<Events>,
  onStatus: (status: FollowStatus) => void,
): FollowOptions<Events> {
  const { snapshot, token, ...first } = latest();
  return {
    ...first,
    on: handlersVia(latest),
    ...(snapshot && { snapshot: (request) => latest().snapshot!(request) }),
    ...(token !== undefined && {
      token: typeof token === 'string' ? token : () => tokenOf(latest()),
    }),
    onStatus: (status) => {
      onStatus(status);
      latest().onStatus?.(status);
    },
    onError: (error) => latest().onError?.(error),
  };
}

function handlersVia<Events extends object>(latest: () => FollowOptions<Events>): Handlers<Events> {
  type Handler = (data: unknown, event: FollowEvent<Events>) => void;
  const handlers = () => (latest().on ?? {}) as Record<string, Handler | undefined>;
  const entries = Object.keys(handlers()).map((type): [string, Handler] => [
    type,
    (data, event) => handlers()[type]?.(data, event),
  ]);
  return Object.fromEntries(entries) as Handlers<Events>;
}

function tokenOf({ token }: Pick<FollowOptions, 'token'>): string | Promise<string> {
  return typeof token === 'function' ? token() : token!;
}
