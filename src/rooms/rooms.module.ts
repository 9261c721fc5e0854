import { Module, type OnModuleInit } from '@nestjs/common';
import { Rights } from '../events/rights.js';
import { Topics } from '../events/topics.js';
import { PersonalData } from '../users/personal-data.js';
import { UsersModule } from '../users/users.module.js';
import { Admission } from './admission.js';
import { ChangeRoleHandler } from './change-role.js';
import { CreateRoomHandler } from './create-room.js';
import { DeleteMessageHandler } from './delete-message.js';
import { EditMessageHandler } from './edit-message.js';
import { GetInvitationHandler } from './get-invitation.js';
import { GetMembershipHandler } from './get-membership.js';
import { GetMessageHandler } from './get-message.js';
import { GetRoomHandler } from './get-room.js';
import { InviteMemberHandler } from './invite-member.js';
import { JoinRoomHandler } from './join-room.js';
import { BlockUserHandler } from './block-user.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksRepository } from './blocks.repository.js';
import { Contacts } from './contacts.js';
import { ContactQuota } from './contact-quota.js';
import { ListBlocksHandler } from './list-blocks.js';
import { ListInvitationsHandler } from './list-invitations.js';
import { ListMyInvitationsHandler } from './list-my-invitations.js';
import { UnblockUserHandler } from './unblock-user.js';
import { ListMembersHandler } from './list-members.js';
import { ListMessagesHandler } from './list-messages.js';
import { ListMyRoomsHandler } from './list-my-rooms.js';
import { ListRoomsHandler } from './list-rooms.js';
import { MembersController } from './members.controller.js';
import { MembershipQuota } from './membership-quota.js';
import { MembershipsRepository } from './memberships.repository.js';
import { MessagesController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { MoveReadMarkerHandler } from './move-read-marker.js';
import { OpenDirectHandler } from './open-direct.js';
import { PostMessageHandler } from './post-message.js';
import { Presence } from './presence.js';
import { ReadMarkers } from './read-markers.js';
import { Reindexing } from './reindexing.js';
import { RemoveMemberHandler } from './remove-member.js';
import { RoomAccess } from './room-access.js';
import { RoomRights } from './room-rights.js';
import { RoomsData } from './rooms-data.js';
import { RoomsController } from './rooms.controller.js';
import { ROOM_EVENTS, ROOMS } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';
import { SearchMessagesHandler } from './search-messages.js';
import { SearchQuota } from './search-quota.js';
import { TellTypingHandler } from './tell-typing.js';
import { UpdateRoomHandler } from './update-room.js';
import { WithdrawInvitationHandler } from './withdraw-invitation.js';

/** Rooms, who is in them, and what they say. */
@Module({
  imports: [UsersModule],
  controllers: [BlocksController, RoomsController, MembersController, MessagesController],
  providers: [
    RoomsRepository,
    MembershipsRepository,
    MessagesRepository,
    BlocksRepository,
    Contacts,
    ContactQuota,
    MembershipQuota,
    Admission,
    Presence,
    ReadMarkers,
    Reindexing,
    RoomAccess,
    RoomRights,
    RoomsData,
    SearchQuota,
    CreateRoomHandler,
    OpenDirectHandler,
    UpdateRoomHandler,
    JoinRoomHandler,
    RemoveMemberHandler,
    ChangeRoleHandler,
    InviteMemberHandler,
    WithdrawInvitationHandler,
    PostMessageHandler,
    EditMessageHandler,
    DeleteMessageHandler,
    MoveReadMarkerHandler,
    TellTypingHandler,
    GetRoomHandler,
    GetMembershipHandler,
    GetInvitationHandler,
    ListRoomsHandler,
    ListMyRoomsHandler,
    ListMyInvitationsHandler,
    ListMembersHandler,
    ListInvitationsHandler,
    ListBlocksHandler,
    BlockUserHandler,
    UnblockUserHandler,
    ListMessagesHandler,
    GetMessageHandler,
    SearchMessagesHandler,
  ],
})
export class RoomsModule implements OnModuleInit {
  constructor(
    private readonly topics: Topics,
    private readonly rights: Rights,
    private readonly roomRights: RoomRights,
    private readonly personalData: PersonalData,
    private readonly roomsData: RoomsData,
  ) {}

  onModuleInit(): void {
    this.topics.register(ROOMS, {
      audience: 'signed-in',
      snapshot: '/api/me/rooms',
      isHome: true,
      events: ROOM_EVENTS,
    });
    this.rights.register(this.roomRights);
    this.personalData.register(this.roomsData);
  }
}
