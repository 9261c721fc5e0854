import type { User } from '../users/user.js';

/** A sign-in. */
export interface Session {
  readonly id: string;
  /** What the client called itself. */
  readonly client: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
}

export interface OwnSession extends Session {
  /** Whether it is the one of this browser. */
  readonly current: boolean;
}

export interface SignedIn {
  /** Null where a token of another issuer speaks for the person. */
  readonly session: Session | null;
  readonly user: User;
}
