import { ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath } from '@nestjs/swagger';

/** The body of a successful health check, as written by Terminus. A failed one gets a problem document. */

const UP = { status: 'up' };
/** Example of the checks of a process that is not ready. */
export const NOT_READY = {
  process: UP,
  database: { status: 'down', message: 'does not respond' },
  streams: { ...UP, full: false },
};
const READY = { process: UP, database: UP, streams: { ...UP, full: false } };

@ApiSchema({ description: 'The result of one check.' })
export class HealthIndicator {
  @ApiProperty({ enum: ['up', 'down'], description: 'Whether the check succeeded.', example: 'up' })
  readonly status!: 'up' | 'down';

  @ApiPropertyOptional({
    description: 'What is wrong, if the check failed.',
    example: 'does not respond',
  })
  readonly message?: string;

  @ApiPropertyOptional({
    description:
      'Only for `streams`: whether `STREAM_MAX` is reached. Everything else is still served.',
    example: false,
  })
  readonly full?: boolean;
}

const indicators = (description: string, example: object) => ({
  type: 'object' as const,
  additionalProperties: { $ref: getSchemaPath(HealthIndicator) },
  description,
  example,
});

abstract class Report {
  @ApiProperty({ enum: ['ok'], description: 'All checks succeeded.', example: 'ok' })
  readonly status!: 'ok';

  @ApiProperty(
    indicators(
      'The checks that failed. Always empty, because a failed check gets a problem document.',
      {},
    ),
  )
  readonly error!: object;
}

@ApiSchema({ description: 'The process is alive.' })
export class LiveReport extends Report {
  @ApiProperty(indicators('The checks that succeeded. Always empty.', {}))
  readonly info!: object;

  @ApiProperty(indicators('All checks. Always empty.', {}))
  readonly details!: object;
}

@ApiSchema({ description: 'The process is ready. Contains the result of each check, by name.' })
export class ReadyReport extends Report {
  @ApiProperty(indicators('The checks that succeeded.', READY))
  readonly info!: object;

  @ApiProperty(indicators('All checks.', READY))
  readonly details!: object;
}
