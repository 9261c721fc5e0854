import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id } from '../../http/described-properties.js';

/** Unread replies of one thread that are listed, the newest ones. */
export const MAX_UNREAD_REPLIES = 100;

/** A thread, by the message that it replies to. */
export interface ThreadPlace {
  readonly roomId: string;
  /** The `seq` of the first message. */
  readonly seq: number;
}

@ApiSchema({ description: 'What a follower of a thread has not read of it.' })
export class UnreadThread implements ThreadPlace {
  @ApiProperty(id('The id of the room.'))
  readonly roomId!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The `seq` of the first message of the thread.',
    example: 1042,
  })
  readonly seq!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description:
      'The `seq` of the last message that the follower has read, in the room or in the thread.',
    example: 1043,
  })
  readonly readSeq!: number;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer', minimum: 2 },
    maxItems: MAX_UNREAD_REPLIES,
    description: `The \`seq\` of each reply by other users after it, in ascending order, without deleted ones. At most the ${MAX_UNREAD_REPLIES} newest.`,
    example: [1045],
  })
  readonly unread!: readonly number[];
}
