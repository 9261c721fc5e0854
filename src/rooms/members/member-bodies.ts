import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { IfPresent } from '../../http/if-present.js';
import { type Role, ROLES } from '../room/room.js';

@ApiSchema({ description: 'The role of a member.' })
export class ChangeRoleBody {
  @ApiProperty({
    enum: ROLES,
    description: '`owner`: may change the room and its members. `member`: may read and post.',
  })
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  readonly role!: Role;
}

const seqFrom = (minimum: number, description: string, example: number) => ({
  type: 'integer' as const,
  minimum,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
  example,
});

function IsSeqFrom(minimum: number): PropertyDecorator {
  const message = `must be a whole number from ${minimum}`;
  return applyDecorators(
    IsInt({ message }),
    Min(minimum, { message }),
    Max(Number.MAX_SAFE_INTEGER, { message }),
  );
}

@ApiSchema({ description: 'How far the caller has read.' })
export class ReadBody {
  @ApiProperty(seqFrom(0, 'The `seq` of the last message that the caller has read.', 1042))
  @IsSeqFrom(0)
  readonly seq!: number;

  @ApiPropertyOptional(
    seqFrom(
      0,
      'The `readSeq` from which the caller moves the marker. If the marker is before it by now, the caller has marked messages as unread on another device, and the request has no effect.',
      1040,
    ),
  )
  @IfPresent()
  @IsSeqFrom(0)
  readonly from?: number;
}

@ApiSchema({ description: 'From where on messages are unread.' })
export class UnreadBody {
  @ApiPropertyOptional(
    seqFrom(
      1,
      'The `seq` of the first unread message; by default that of the last message of another user.',
      1041,
    ),
  )
  @IfPresent()
  @IsSeqFrom(1)
  readonly seq?: number;
}
