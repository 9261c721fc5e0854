import { ApiProperty } from '@nestjs/swagger';

/** A user from whom the caller accepts no direct messages and no invitations. */
export class Block {
  @ApiProperty({ format: 'uuid', example: '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071' })
  readonly userId!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T12:00:00.000Z' })
  readonly createdAt!: string;
}
