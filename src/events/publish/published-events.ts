import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Cursors } from './publish-events.js';

@ApiSchema({ description: 'An event that was published.' })
export class PublishedId {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The cursor of the event: a stream that continues from it has every later event. `null` for a transient event.',
    example: '6b1f0c2a-1042',
  })
  readonly id!: string | null;
}

/** The response to a publication. It is written after the commit, which gives the events their positions. */
export class PublishedEvents {
  constructor(
    private readonly cursors: Cursors,
    private readonly isList: boolean,
  ) {}

  toJSON(): PublishedId | PublishedId[] {
    const all = this.cursors().map((id) => ({ id }));
    return this.isList ? all : all[0]!;
  }
}
