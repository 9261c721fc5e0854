import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PageQuery } from '../../http/paging.js';
import { NameQuery } from '../../users/users-query.js';
import { User } from '../../users/user.js';
import { Member } from '../room/room.js';

/** One page of the members of a room. */
export class MembersQuery extends PageQuery {
  @NameQuery('members')
  q?: string;
}

@ApiSchema({ description: 'A member of a room, with their name.' })
export class ListedMember extends Member {
  @ApiProperty({ type: User, description: 'The user.' })
  readonly user!: User;
}
