import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { id } from '../http/described-properties.js';
import { IdField } from '../http/id-field.js';
import { IfPresent } from '../http/if-present.js';
import { describedName, Name } from '../http/names.js';
import { MAX_ROOM_NAME_LENGTH, MAX_TOPIC_LENGTH } from './room/lengths.js';
import { type Kind, KINDS } from './room/room.js';

/** Refuses a property that these kinds of room do not have. */
const NotOf = (kinds: readonly Kind[]): PropertyDecorator =>
  ValidateBy({
    name: 'notOf',
    validator: {
      validate: (_value, args) => !kinds.includes((args!.object as CreateRoomBody).kind),
      defaultMessage: (args) =>
        `must be left out of a ${(args!.object as CreateRoomBody).kind} room`,
    },
  });

/** Either of the two bodies below. One class, because the kind decides which other properties are valid. */
export class CreateRoomBody {
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  readonly kind!: Kind;

  @ValidateIf(({ kind }: CreateRoomBody, value) => kind !== 'direct' || value !== undefined)
  @Name(MAX_ROOM_NAME_LENGTH)
  @NotOf(['direct'])
  readonly name?: string;

  @ValidateIf(({ kind }: CreateRoomBody, value) => kind === 'direct' || value !== undefined)
  @IdField('a user')
  @NotOf(['public', 'private'])
  readonly userId?: string;
}

@ApiSchema({ description: 'A new public or private room.' })
export class CreateNamedRoomBody {
  @ApiProperty({
    enum: ['public', 'private'],
    description:
      '`public`: every signed-in user finds and may join it. `private`: by invitation only.',
  })
  readonly kind!: Exclude<Kind, 'direct'>;

  @ApiProperty(describedName('The name of the room.', 'Analysis', MAX_ROOM_NAME_LENGTH))
  readonly name!: string;
}

@ApiSchema({ description: 'The direct conversation with another user.' })
export class OpenDirectBody {
  @ApiProperty({ enum: ['direct'], description: 'A direct conversation.' })
  readonly kind!: 'direct';

  @ApiProperty(id('The id of the other user.'))
  readonly userId!: string;
}

@ApiSchema({ description: 'The properties to change. Those that are left out stay as they are.' })
export class UpdateRoomBody {
  @ApiPropertyOptional(describedName('The new name.', 'Synthesis', MAX_ROOM_NAME_LENGTH))
  @IfPresent()
  @Name(MAX_ROOM_NAME_LENGTH)
  readonly name?: string;

  @ApiPropertyOptional({
    ...describedName(
      'What the room is about; `null` removes it.',
      'Notes on the Analytical Engine',
      MAX_TOPIC_LENGTH,
    ),
    type: String,
    nullable: true,
  })
  @IsOptional()
  @Name(MAX_TOPIC_LENGTH)
  readonly topic?: string | null;

  @ApiPropertyOptional({
    description: 'Whether the room is closed for new messages.',
    example: false,
  })
  @IfPresent()
  @IsBoolean({ message: 'must be true or false' })
  readonly archived?: boolean;
}
