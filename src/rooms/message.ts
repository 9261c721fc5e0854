import { ApiProperty } from '@nestjs/swagger';

const ID = { format: 'uuid', example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071' };
const TIME = { format: 'date-time', example: '2026-03-01T12:00:00.000Z' };

/** What someone has said in a room. */
export class Message {
  @ApiProperty(ID)
  readonly id!: string;

  @ApiProperty(ID)
  readonly roomId!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Its place in the room: counted from 1, without gaps.',
  })
  readonly seq!: number;

  @ApiProperty(ID)
  readonly authorId!: string;

  @ApiProperty({ ...ID, description: 'The id that the client gave it.' })
  readonly clientId!: string;

  @ApiProperty({ type: String, nullable: true, description: '`null` once it is deleted.' })
  readonly text!: string | null;

  @ApiProperty({ type: [String], description: 'The ids of the members whom it mentions.' })
  readonly mentions!: readonly string[];

  @ApiProperty(TIME)
  readonly createdAt!: string;

  @ApiProperty({ type: String, nullable: true, ...TIME })
  readonly editedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, ...TIME })
  readonly deletedAt!: string | null;
}
