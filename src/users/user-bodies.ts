import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { LONGEST_NAME, Name } from '../http/names.js';

export class CreateUserBody {
  @ApiProperty({ minLength: 1, maxLength: LONGEST_NAME, example: 'John' })
  @Name()
  readonly firstname!: string;

  @ApiProperty({ minLength: 1, maxLength: LONGEST_NAME, example: 'DOE' })
  @Name()
  readonly lastname!: string;
}

const present = (_: unknown, value: unknown): boolean => value !== undefined;

export class UpdateUserBody {
  @ApiPropertyOptional({ minLength: 1, maxLength: LONGEST_NAME, example: 'Jane' })
  @ValidateIf(present)
  @Name()
  readonly firstname?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: LONGEST_NAME, example: 'DOE' })
  @ValidateIf(present)
  @Name()
  readonly lastname?: string;
}
