import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { timeOrNull } from '../../http/described-properties.js';
import { TimeField } from '../../http/time-field.js';
import { type Level, LEVELS, NEVER } from '../room/notification-level.js';
import { LEVEL } from '../room/room.js';

@ApiSchema({ description: 'What notifies the caller in a room.' })
export class LevelBody {
  @ApiProperty(LEVEL)
  @IsIn(LEVELS, { message: `must be one of ${LEVELS.join(', ')}` })
  readonly level!: Level;

  @ApiPropertyOptional(
    timeOrNull(
      `Nothing notifies the caller until this time, whatever the level. The mute ends at this time without an event. \`${NEVER}\` mutes the room until the caller ends it. If it is absent or \`null\`, the room is not muted.`,
    ),
  )
  @IsOptional()
  @TimeField()
  readonly mutedUntil?: string | null;
}
