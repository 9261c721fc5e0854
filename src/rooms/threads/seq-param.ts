import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { invalidParameters } from '../../http/validation.js';

/**
 * The `seq` of the first message of a thread in the path.
 *
 * @throws Problem `invalid-parameter`
 */
export const SeqParam = (): ParameterDecorator => (target, key, index) => {
  Param('seq', { transform: readSeq })(target, key, index);
  const method = Object.getOwnPropertyDescriptor(target, key!)!;
  ApiParam({
    name: 'seq',
    description: 'The `seq` of the first message of the thread.',
    example: 1042,
    schema: { type: 'integer', minimum: 1, maximum: 999_999_999_999_999 },
  })(target, key!, method);
};

function readSeq(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw invalidParameters([{ field: 'seq', detail: 'must be a whole number from 1' }]);
}
