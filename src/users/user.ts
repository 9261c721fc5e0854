import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** A person in the directory, as REST and the stream tell it. */
export class User {
  @ApiProperty({
    format: 'uuid',
    description: 'A UUIDv7: ids sort by the time of creation.',
    example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071',
  })
  readonly id!: string;

  @ApiProperty({ minLength: 1, maxLength: 200, example: 'John' })
  readonly firstname!: string;

  @ApiProperty({ maxLength: 200, example: 'DOE' })
  readonly lastname!: string;

  @ApiPropertyOptional({
    description: 'Of those who can sign in: what they are mentioned by.',
    example: 'john',
  })
  readonly username?: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T12:00:00.000Z' })
  readonly createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T12:00:00.000Z' })
  readonly updatedAt!: string;
}
