import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsOptional, IsString, ValidateBy } from 'class-validator';
import { lengthMistake } from '../http/text.js';

const MESSAGE = 'must be text';
/** Topics that one stream may name. */
const MOST_TOPICS = 100;
/** Unicode code points of a topic, as the log allows them. */
const LONGEST_TOPIC = 200;

/**
 * What a client may say of a stream in its URL. Anything else is refused: a misspelt cursor would be a silent gap, and of two
 * cursors either may be the older one. An EventSource never adds one to its URL (HTML standard, 9.2.3).
 */
export class StreamQuery {
  @ApiPropertyOptional({
    description:
      'The cursor to continue from: the `id` of the last event, or the `Last-Event-ID` of a snapshot; `earliest` for everything that is kept. Without one the stream starts now. The request header `Last-Event-ID` means the same and wins; an `EventSource` sends it by itself when it reconnects.',
    example: 'earliest',
  })
  @IsOptional()
  @IsString({ message: MESSAGE })
  lastEventId?: string;
}

export class TopicsQuery extends StreamQuery {
  @ApiPropertyOptional({
    description:
      'The topics to follow, one parameter for each. Without any, every event that the caller may see. Topics of other programs deliver their public events. Names are case-sensitive; ids in topics such as `rooms/<id>` are read in either case.',
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: LONGEST_TOPIC },
    maxItems: MOST_TOPICS,
    example: ['users'],
  })
  @Transform(({ value }) => [value as unknown].flat())
  @ArrayMaxSize(MOST_TOPICS, { message: `must be ${MOST_TOPICS} topics at most` })
  @ValidateBy(
    {
      name: 'topic',
      validator: {
        validate: (topic) => lengthMistake(String(topic), LONGEST_TOPIC, 1) === undefined,
      },
    },
    { each: true, message: `must be 1 to ${LONGEST_TOPIC} characters each` },
  )
  @IsString({ each: true, message: MESSAGE })
  topic: string[] = [];
}
