import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString } from 'class-validator';

const MESSAGE = 'must be text';

/** What a client may say of a stream in its URL. Anything else is refused: a misspelt cursor would be a silent gap. */
export class StreamQuery {
  @ApiPropertyOptional({
    description:
      'The cursor from which to go on, as in the header `Last-Event-ID`, which wins where both are there.',
    example: 'earliest',
  })
  @IsOptional()
  @Transform(({ value }) => [value as unknown].flat().at(-1))
  @IsString({ message: MESSAGE })
  lastEventId?: string;
}

export class TopicsQuery extends StreamQuery {
  @ApiPropertyOptional({
    description: 'The topics to hear of; all where none is named.',
    type: [String],
    example: ['users'],
  })
  @Transform(({ value }) => [value as unknown].flat())
  @IsString({ each: true, message: MESSAGE })
  topic: string[] = [];
}
