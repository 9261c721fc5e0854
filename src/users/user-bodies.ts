import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IfPresent } from '../http/if-present.js';
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

@ApiSchema({ description: 'The properties to change. Those that are left out stay as they are.' })
export class UpdateUserBody {
  @ApiPropertyOptional(describedName('The new first name.', 'Jane'))
  @IfPresent()
  @Name()
  readonly firstname?: string;

  @ApiPropertyOptional(describedName('The new last name.', 'DOE'))
  @IfPresent()
  @Name()
  readonly lastname?: string;
}
