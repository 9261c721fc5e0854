import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id, time } from '../http/described-properties.js';

/** A session, as REST and streams represent it. */
@ApiSchema({ description: 'A session: one client in which the user is signed in.' })
export class Session {
  @ApiProperty(id('The id of the session.'))
  readonly id!: string;

  @ApiProperty({
    description: 'What the client called itself in `User-Agent`; it may be empty.',
    maxLength: 200,
    example: 'curl/8.5.0',
  })
  readonly client!: string;

  @ApiProperty(time('When the user signed in.'))
  readonly createdAt!: string;

  @ApiProperty(time('When the session was last used, accurate to about a minute.'))
  readonly lastUsedAt!: string;

  @ApiProperty({
    format: 'date-time',
    description:
      'The latest end of the session. It ends earlier if it is unused for `SESSION_IDLE`.',
    example: '2026-03-31T12:00:00.000Z',
  })
  readonly expiresAt!: string;
}

/** One of the caller's sessions. */
@ApiSchema({ description: 'A session of the caller.' })
export class OwnSession extends Session {
  @ApiProperty({
    description: 'Whether this request came with this session.',
    example: true,
  })
  readonly current!: boolean;
}

/** A session is over that expired by `now`, or was last used by `unused`; ISO 8601. */
export interface Ends {
  readonly now: string;
  readonly unused: string;
}

/** @param idle milliseconds for which a session may be unused; 0 for any time. */
export const endsOf = (now: number, idle: number): Ends => ({
  now: new Date(now).toISOString(),
  unused: new Date(idle === 0 ? 0 : now - idle).toISOString(),
});
