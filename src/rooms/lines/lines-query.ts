import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { WholeNumber } from '../../whole-number.js';

/** Messages whose lines one response has. */
const MAX_LINES_OF = 100;

/** Some messages of a room. */
export class LinesQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 0,
    description: 'The `seq` of the first message; 0 for the lines before the first message.',
    example: 1000,
  })
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  from: number = 0;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LINES_OF,
    default: MAX_LINES_OF,
    description: 'The number of messages whose lines are returned.',
  })
  @IsOptional()
  @WholeNumber(1, MAX_LINES_OF)
  limit: number = MAX_LINES_OF;
}
