import { ApiProperty } from '@nestjs/swagger';
import { ONE_LINE } from '../../http/described-properties.js';
import { cleanName, nameMistake } from '../../http/name-rules.js';
import { TextField } from '../../http/text-fields.js';
import type { TextMistake } from '../../http/text.js';
import { withoutInvisible } from '../../http/visible-text.js';
import { MAX_FILE_NAME_LENGTH } from '../room/lengths.js';

/** Invisible characters can hide the end of a name, such as `.exe`. */
const cleanFileName = (name: string): string => cleanName(withoutInvisible(name));

const fileNameMistake = (name: string): TextMistake | string | undefined =>
  /[/\\]|^\.{1,2}$/.test(name)
    ? 'must be a name without / and \\, other than . and ..'
    : nameMistake(name, MAX_FILE_NAME_LENGTH);

export class UploadQuery {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_FILE_NAME_LENGTH,
    pattern: ONE_LINE,
    description: 'The name of the file, without folders. Invisible characters are removed.',
    example: 'engine.png',
  })
  @TextField(MAX_FILE_NAME_LENGTH, { clean: cleanFileName, mistake: fileNameMistake })
  name!: string;
}
