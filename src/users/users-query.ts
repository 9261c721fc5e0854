import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { PageQuery } from '../http/paging.js';
import { TextField } from '../http/text-fields.js';
import { lengthMistake } from '../http/text.js';

/** Unicode code points. */
const MAX_QUERY_LENGTH = 100;

/** A text that is looked for in names. */
export const NameQuery =
  (whose: string): PropertyDecorator =>
  (target, key) => {
    ApiPropertyOptional({
      description: `Returns only ${whose} who have, for each word, a part of their name or username that begins with it. Upper and lower case and accents are not distinguished. In scripts without spaces, such as Chinese, and in Korean, any part of a name is found. A word after an \`@\` is the beginning of a username.`,
      minLength: 1,
      maxLength: MAX_QUERY_LENGTH,
      example: 'ada love',
    })(target, key);
    IsOptional()(target, key);
    TextField(MAX_QUERY_LENGTH, { mistake: (text) => lengthMistake(text, MAX_QUERY_LENGTH, 1) })(
      target,
      key,
    );
  };

/** One page of the directory. */
export class UsersQuery extends PageQuery {
  @NameQuery('users')
  q?: string;
}
