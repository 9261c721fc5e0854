import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, Matches } from 'class-validator';
import { PageQuery } from '../http/paging.js';

/** One page of the directory. */
export class UsersQuery extends PageQuery {
  @ApiPropertyOptional({
    description:
      'Returns only users whose username begins with this, ordered by username: an exact match comes first. Upper and lower case are not distinguished.',
    minLength: 1,
    maxLength: 32,
    pattern: '^[A-Za-z0-9._-]{1,32}$',
    example: 'ada',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  )
  @Matches(/^[a-z0-9._-]{1,32}$/, {
    message:
      'must be the beginning of a username: 1 to 32 of a to z, 0 to 9, dot, dash, underscore',
  })
  username?: string;
}
