import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { WholeNumber } from '../../whole-number.js';

const MAX_REPLIES = 200;

const seq = (description: string) => ({
  type: 'integer' as const,
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: `${description} \`before\` and \`after\` cannot be combined.`,
  example: 1042,
});

/** A part of the replies of a thread: at one place, or at its end. */
export class RepliesQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_REPLIES,
    default: 50,
    description: 'The maximum number of replies to return.',
  })
  @IsOptional()
  @WholeNumber(1, MAX_REPLIES)
  limit: number = 50;

  @ApiPropertyOptional(seq('Returns the newest replies before this `seq`.'))
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  before?: number;

  @ApiPropertyOptional(seq('Returns the oldest replies after this `seq`.'))
  @IsOptional()
  @WholeNumber(0, Number.MAX_SAFE_INTEGER)
  after?: number;
}

@ApiSchema({ description: 'How far the caller has read a thread.' })
export class ReadThreadBody {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'The `seq` of the last reply that the caller has read.',
    example: 1045,
  })
  @IsInt({ message: 'must be a whole number from 0' })
  @Min(0, { message: 'must be a whole number from 0' })
  @Max(Number.MAX_SAFE_INTEGER, { message: 'must be a whole number from 0' })
  readonly seq!: number;
}
