import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsOptional, IsString, Length } from 'class-validator';

const MESSAGE = 'must be text';
/** Topics that one stream may name. */
const MOST_TOPICS = 100;
/** Characters of a topic, as the log allows them. */
const LONGEST_TOPIC = 200;

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
    description:
      'The topics to hear of; all that are for the caller where none is named. Of a topic of another program, its public events.',
    type: [String],
    example: ['users'],
  })
  @Transform(({ value }) => [value as unknown].flat())
  @ArrayMaxSize(MOST_TOPICS, { message: `must be ${MOST_TOPICS} topics at most` })
  @Length(1, LONGEST_TOPIC, {
    each: true,
    message: `must be 1 to ${LONGEST_TOPIC} characters each`,
  })
  @IsString({ each: true, message: MESSAGE })
  topic: string[] = [];
}
