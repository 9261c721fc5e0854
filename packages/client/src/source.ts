import type { FollowStatus } from './options.js';

/** Where the events of a `Following` come from: a connection of its own, or one that tabs share. */
export interface Source {
  readonly status: FollowStatus;
  readonly cursor: string | null;
  /** Whether this tab holds the connection. */
  readonly leads: boolean;
  start(): void;
  reconnect(): void;
  close(): void;
}

/** What the owner of a source receives. */
export interface SourceEvents {
  /** Types of event to ask for; `null` for all. */
  readonly types: () => readonly string[] | null;
  /** `cursor` is the place after the event. Whatever is thrown means that it was not handled. */
  readonly onEvent: (event: SourceEvent) => void;
  readonly onStatus: (status: FollowStatus) => void;
}

export interface SourceEvent {
  readonly type: string;
  /** As it was received, if it came from a stream. */
  readonly text?: string;
  /** As another tab has it, if it did not. */
  readonly value?: unknown;
  readonly cursor: string | null;
  readonly transient: boolean;
}
