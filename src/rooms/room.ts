import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Message } from './message.js';

const ID = { format: 'uuid', example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071' };
const TIME = { format: 'date-time', example: '2026-03-01T12:00:00.000Z' };

export const KINDS = ['public', 'private', 'direct'] as const;
export type Kind = (typeof KINDS)[number];

export const ROLES = ['owner', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** Where people talk. */
export class Room {
  @ApiProperty(ID)
  readonly id!: string;

  @ApiProperty({
    enum: KINDS,
    description:
      '`public`: all who sign in find and join it; `private`: by invitation; `direct`: two people, the same one each time.',
  })
  readonly kind!: Kind;

  @ApiProperty({ type: String, nullable: true, description: '`null` for a direct conversation.' })
  readonly name!: string | null;

  @ApiProperty({ type: String, nullable: true, ...TIME })
  readonly archivedAt!: string | null;

  @ApiProperty(TIME)
  readonly createdAt!: string;

  @ApiProperty(TIME)
  readonly updatedAt!: string;
}

export class Member {
  @ApiProperty(ID)
  readonly userId!: string;

  @ApiProperty({ enum: ROLES })
  readonly role!: Role;

  @ApiProperty(TIME)
  readonly joinedAt!: string;
}

/** How far a member has read, and what is left. */
export class ReadMarker {
  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty({ type: 'integer', description: 'Up to and including this message, all is read.' })
  readonly readSeq!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Messages of others behind it, deleted ones left out.',
  })
  readonly unread!: number;

  @ApiProperty({ type: 'integer', description: 'Those of them that mention the member.' })
  readonly mentions!: number;
}

/** A room, as one of its members has it. */
export class Membership {
  @ApiProperty({ type: Room })
  readonly room!: Room;

  @ApiProperty({ enum: ROLES })
  readonly role!: Role;

  @ApiProperty(TIME)
  readonly joinedAt!: string;

  @ApiProperty({ type: 'integer', description: 'Of the last message; 0 where there is none.' })
  readonly lastSeq!: number;

  @ApiProperty({ type: 'integer' })
  readonly readSeq!: number;

  @ApiProperty({ type: 'integer' })
  readonly unread!: number;

  @ApiProperty({ type: 'integer' })
  readonly mentions!: number;

  @ApiProperty({ type: Message, nullable: true })
  readonly lastMessage!: Message | null;

  @ApiPropertyOptional({ type: [Member], description: 'The two of a direct conversation.' })
  readonly members?: readonly Member[];
}

export class Invitation {
  @ApiProperty({ type: Room })
  readonly room!: Room;

  @ApiProperty({ ...ID, description: 'Who is invited.' })
  readonly userId!: string;

  @ApiProperty({ ...ID, description: 'Who has invited them.' })
  readonly invitedBy!: string;

  @ApiProperty(TIME)
  readonly createdAt!: string;
}
