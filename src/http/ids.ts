import { Param } from '@nestjs/common';

/** An id in the path. UUIDs are read in either case, and written in lower case (RFC 9562, section 4). */
export const IdParam = (name = 'id'): ParameterDecorator =>
  Param(name, { transform: (id: string) => id.toLowerCase() });
