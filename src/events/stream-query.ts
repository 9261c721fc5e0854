import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsOptional, IsString, ValidateBy } from 'class-validator';
import { WholeNumber } from '../whole-number.js';
import { lengthMistake } from '../http/text.js';

const MESSAGE = 'must be text';
/** Events of one page, and seconds for which it waits for the first. */
export const MAX_EVENTS = 1000;
export const MAX_WAIT = 30;
/** Topics that one stream may name, and patterns that it may have. */
const MOST_TOPICS = 100;
/** Unicode code points of a topic or pattern. */
const LONGEST_TOPIC = 512;

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

const TextList = () =>
  applyDecorators(
    Transform(({ value }) => [value as unknown].flat()),
    ArrayMaxSize(MOST_TOPICS, { message: `must appear at most ${MOST_TOPICS} times` }),
    ValidateBy(
      {
        name: 'topic',
        validator: {
          validate: (topic) => lengthMistake(String(topic), LONGEST_TOPIC, 1) === undefined,
        },
      },
      { each: true, message: `must have 1 to ${LONGEST_TOPIC} characters` },
    ),
    IsString({ each: true, message: MESSAGE }),
  );

export class TopicsQuery extends StreamQuery {
  @ApiPropertyOptional({
    description:
      "The topics to follow, one parameter for each. Without any topic or pattern, every event that the caller may see. Of other topics than Carillon's own, the stream has the public events, and the private ones if the topic is granted to the caller. Names are case-sensitive; ids in topics such as `rooms/<id>` are read in either case.",
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: LONGEST_TOPIC },
    maxItems: MOST_TOPICS,
    example: ['users'],
  })
  @TextList()
  topic: string[] = [];

  @ApiPropertyOptional({
    description:
      'URL patterns of topics to follow (URL Pattern Standard), one parameter for each, such as `orders/*`. Relative patterns and topics are resolved against `/.well-known/mercure` at the URL of the service. A pattern selects no topics of Carillon itself, such as `users`. Of topics that are not granted to the caller, the stream has the public events.',
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: LONGEST_TOPIC },
    maxItems: MOST_TOPICS,
    example: ['https://shop.example.com/orders/:id'],
  })
  @TextList()
  match_urlpattern: string[] = [];

  @ApiPropertyOptional({
    description:
      "`false` leaves out everything that is granted to the caller on other topics than Carillon's own. Without any topic or pattern, the stream then has only Carillon's own events, so their types are unambiguous: other programs can publish events of the same types on other topics.",
    enum: ['true', 'false'],
    default: 'true',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  granted: 'true' | 'false' = 'true';
}

export class EventsQuery extends TopicsQuery {
  @ApiPropertyOptional({
    // No `default`: Swagger UI would send it with a stream, too.
    description:
      'Only for `Accept: application/json`: the maximum number of events of the page; 100 if omitted.',
    type: 'integer',
    minimum: 1,
    maximum: MAX_EVENTS,
  })
  @IsOptional()
  @WholeNumber(1, MAX_EVENTS)
  limit?: number;

  @ApiPropertyOptional({
    description:
      'Only for `Accept: application/json`: the seconds for which the response waits if there are no events yet; 0 if omitted.',
    type: 'integer',
    minimum: 0,
    maximum: MAX_WAIT,
  })
  @IsOptional()
  @WholeNumber(0, MAX_WAIT)
  wait?: number;
}
