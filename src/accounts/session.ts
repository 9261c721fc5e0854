import { ApiProperty } from '@nestjs/swagger';

/** A sign-in, as REST and the stream tell it. */
export class Session {
  @ApiProperty({ format: 'uuid', example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071' })
  readonly id!: string;

  @ApiProperty({ description: 'What the client called itself.', example: 'curl/8.5.0' })
  readonly client!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T12:00:00.000Z' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time', description: 'To the nearest minute or so.' })
  readonly lastUsedAt!: string;

  @ApiProperty({
    format: 'date-time',
    description:
      'The latest end of the session. It ends earlier if it is unused for `SESSION_IDLE`.',
    example: '2026-03-31T12:00:00.000Z',
  })
  readonly expiresAt!: string;
}

/** One of the caller's own. */
export class OwnSession extends Session {
  @ApiProperty({ description: 'Whether it is the one that this request came with.' })
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
