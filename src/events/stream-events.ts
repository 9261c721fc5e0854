import type { DescribedEvent } from '@carillon/nestjs/internal';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ description: 'Empty.' })
class Heartbeat {}

@ApiSchema({ description: 'Why the cursor cannot be used, and where the current state is.' })
export class Reset {
  @ApiProperty({
    enum: ['expired', 'unknown'],
    description:
      '`expired`: the events after the cursor are no longer kept. `unknown`: the cursor does not belong to this log.',
  })
  readonly reason!: 'expired' | 'unknown';

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'uri-reference',
    description: 'Where to fetch the current state; `null` where Carillon keeps none.',
    example: '/api/users',
  })
  readonly snapshot!: string | null;
}

/** The frames that every stream may carry. */
export const COMMON_EVENTS: readonly DescribedEvent[] = [
  {
    type: 'heartbeat',
    data: Heartbeat,
    description: 'Nothing else was sent for some seconds. Moves the cursor.',
  },
  {
    type: 'reset',
    data: Reset,
    description: 'The cursor cannot be used. Fetch the snapshot again; events from now on follow.',
  },
];
