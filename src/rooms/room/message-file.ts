import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id } from '../../http/described-properties.js';
import { MAX_FILE_NAME_LENGTH } from './lengths.js';

const pixels = (side: string) => ({
  type: 'integer' as const,
  minimum: 1,
  nullable: true,
  description: `The ${side} in pixels, as it is shown; \`null\` if the file is not an image with a preview.`,
});

/** A file, as its message and its events show it. */
@ApiSchema({ description: 'A file of a message.' })
export class MessageFile {
  @ApiProperty(id('The id of the file, which its client generated.'))
  readonly id!: string;

  @ApiProperty({
    minLength: 1,
    maxLength: MAX_FILE_NAME_LENGTH,
    description: 'The name of the file.',
    example: 'engine.png',
  })
  readonly name!: string;

  @ApiProperty({
    description:
      'The media type that the content has, whatever the client said: `text/plain` for any text, and `application/octet-stream` for an unknown format.',
    example: 'image/png',
  })
  readonly type!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'The size in bytes.',
    example: 48_213,
  })
  readonly size!: number;

  @ApiProperty({ ...pixels('width'), example: 1280 })
  readonly width!: number | null;

  @ApiProperty({ ...pixels('height'), example: 720 })
  readonly height!: number | null;
}
