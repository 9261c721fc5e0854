import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { describedName, Name } from '../http/names.js';

@ApiSchema({ description: 'A new user of the directory.' })
export class CreateUserBody {
  @ApiProperty(describedName('The first name.', 'John'))
  @Name()
  readonly firstname!: string;

  @ApiProperty(describedName('The last name.', 'DOE'))
  @Name()
  readonly lastname!: string;
}

const present = (_: unknown, value: unknown): boolean => value !== undefined;

@ApiSchema({ description: 'The properties to change. Those that are left out stay as they are.' })
export class UpdateUserBody {
  @ApiPropertyOptional(describedName('The new first name.', 'Jane'))
  @ValidateIf(present)
  @Name()
  readonly firstname?: string;

  @ApiPropertyOptional(describedName('The new last name.', 'DOE'))
  @ValidateIf(present)
  @Name()
  readonly lastname?: string;
}
