import { ApiProperty } from '@nestjs/swagger';
import { Message } from './message.js';
import { Member } from './room.js';

const ID = { format: 'uuid', example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071' };
const BY = { ...ID, description: 'The user who left, or who removed them.' };

export class LeftRoom {
  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty(BY)
  readonly by!: string;
}

export class MemberOfRoom {
  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty({ type: Member })
  readonly member!: Member;
}

export class LeftMember {
  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty(ID)
  readonly userId!: string;

  @ApiProperty(BY)
  readonly by!: string;
}

export class EndedInvitation {
  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty({ ...ID, description: 'The user who was invited.' })
  readonly userId!: string;
}

export class EditedMessage extends Message {
  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...ID },
    description:
      'The ids of the members whom it mentioned before, so that a client can correct its counts.',
    example: [],
  })
  readonly previousMentions!: readonly string[];
}

export class RemovedBlock {
  @ApiProperty(ID)
  readonly userId!: string;
}

export class TypingMember {
  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty(ID)
  readonly userId!: string;
}

export class PresenceChange {
  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...ID },
    description: 'The ids of users who are online.',
  })
  readonly online!: readonly string[];

  @ApiProperty({
    type: 'array',
    items: { type: 'string', ...ID },
    description: 'The ids of users who are not online any more.',
    example: [],
  })
  readonly offline!: readonly string[];

  @ApiProperty({
    description: '`true`: `online` replaces all that was known. `false`: this is a change.',
  })
  readonly complete!: boolean;
}
