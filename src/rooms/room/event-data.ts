import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID, id, UUID } from '../../http/described-properties.js';
import { EMOJI, Message } from './message.js';
import { Member } from './room.js';

const ROOM = id('The id of the room.');
const USER = id('The id of the user.');
const BY = id('The id of the user who left, or who removed them.');

const ids = (description: string, example: readonly string[] = []) => ({
  type: 'array' as const,
  items: { type: 'string', ...UUID },
  description,
  example,
});

@ApiSchema({ description: 'A room that the subscriber is no longer in.' })
export class LeftRoom {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty(BY)
  readonly by!: string;
}

@ApiSchema({ description: 'A member of a room.' })
export class MemberOfRoom {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty({ type: Member, description: 'The member.' })
  readonly member!: Member;
}

@ApiSchema({ description: 'A user who is no longer a member.' })
export class LeftMember {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty(USER)
  readonly userId!: string;

  @ApiProperty(BY)
  readonly by!: string;
}

@ApiSchema({ description: 'An invitation that was accepted, declined or withdrawn.' })
export class EndedInvitation {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty(id('The id of the user who was invited.'))
  readonly userId!: string;
}

@ApiSchema({ description: 'A message after it was edited.' })
export class EditedMessage extends Message {
  @ApiProperty(
    ids(
      'The ids of the members that it mentioned before, so that a client can correct its counts.',
    ),
  )
  readonly previousMentions!: readonly string[];

  @ApiProperty({ description: 'Whether it mentioned every member before.', example: false })
  readonly previousMentionsAll!: boolean;
}

@ApiSchema({ description: 'A reaction of a user to a message.' })
export class ReactionOfUser {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty(id('The id of the message.'))
  readonly messageId!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The `seq` of the message.',
    example: 1042,
  })
  readonly seq!: number;

  @ApiProperty(EMOJI)
  readonly emoji!: string;

  @ApiProperty(id('The id of the user who reacted.'))
  readonly userId!: string;
}

@ApiSchema({ description: 'Whether a room is a favourite.' })
export class FavouriteRoom {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty({ description: 'Whether the room is a favourite of the subscriber.', example: true })
  readonly favourite!: boolean;
}

@ApiSchema({ description: 'A user whom the subscriber no longer blocks.' })
export class RemovedBlock {
  @ApiProperty(USER)
  readonly userId!: string;
}

@ApiSchema({ description: 'A member who is typing.' })
export class TypingMember {
  @ApiProperty(ROOM)
  readonly roomId!: string;

  @ApiProperty(USER)
  readonly userId!: string;
}

@ApiSchema({ description: 'Who is online.' })
export class PresenceChange {
  @ApiProperty(ids('The ids of users who are online.', [EXAMPLE_ID]))
  readonly online!: readonly string[];

  @ApiProperty(ids('The ids of users who are no longer online.'))
  readonly offline!: readonly string[];

  @ApiProperty({
    description: '`true`: `online` replaces all that was known. `false`: this is a change.',
  })
  readonly complete!: boolean;
}
