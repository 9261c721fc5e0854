import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { invalidParameters } from '../../http/validation.js';
import { EMOJI } from '../room/message.js';

/** Unicode's emoji that are recommended for general interchange (UTS #51, ED-27), as this version of Node knows them. */
const RGI_EMOJI = /^\p{RGI_Emoji}$/v;

/**
 * An emoji in the path.
 *
 * @throws Problem `invalid-parameter`
 */
export const EmojiParam = (): ParameterDecorator => (target, key, index) => {
  Param('emoji', { transform: readEmoji })(target, key, index);
  const method = Object.getOwnPropertyDescriptor(target, key!)!;
  const { description, example, ...schema } = EMOJI;
  ApiParam({ name: 'emoji', description, example, schema })(target, key!, method);
};

function readEmoji(text: string): string {
  if (RGI_EMOJI.test(text)) return text;
  throw invalidParameters([{ field: 'emoji', detail: 'must be one emoji, fully qualified' }]);
}
