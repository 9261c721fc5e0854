import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { CreateRoomHandler } from './create-room.js';
import { FavouritesController } from './favourites/favourites.controller.js';
import { FavouritesRepository } from './favourites/favourites.repository.js';
import { SetFavouriteHandler } from './favourites/set-favourite.js';
import { GetRoomHandler } from './get-room.js';
import { FileResponses } from './files/file-responses.js';
import { FilesController } from './files/files.controller.js';
import { FilesOfMessage } from './files/files-of-message.js';
import { FilesOfUser } from './files/files-of-user.js';
import { FilesRepository } from './files/files.repository.js';
import { GetFileHandler } from './files/get-file.js';
import { IncomingFiles } from './files/incoming-files.js';
import { fileStore } from './files/open-store.js';
import { UnusedFiles } from './files/unused-files.js';
import { UploadFileHandler } from './files/upload-file.js';
import { UploadLimits } from './files/upload-limits.js';
import { BlockUserHandler } from './invitations/block-user.js';
import { BlocksController } from './invitations/blocks.controller.js';
import { BlocksRepository } from './invitations/blocks.repository.js';
import { ContactQuota } from './invitations/contact-quota.js';
import { Contacts } from './invitations/contacts.js';
import { GetInvitationHandler } from './invitations/get-invitation.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { Invitations } from './invitations/invitations.js';
import { InviteMemberHandler } from './invitations/invite-member.js';
import { ListBlocksHandler } from './invitations/list-blocks.js';
import { ListInvitationsHandler } from './invitations/list-invitations.js';
import { ListMyInvitationsHandler } from './invitations/list-my-invitations.js';
import { UnblockUserHandler } from './invitations/unblock-user.js';
import { WithdrawInvitationHandler } from './invitations/withdraw-invitation.js';
import { GetNotifiedMessageHandler } from './levels/get-notified-message.js';
import { LevelsController } from './levels/levels.controller.js';
import { LevelsRepository } from './levels/levels.repository.js';
import { ListNotifiedUsersHandler } from './levels/list-notified-users.js';
import { NotificationLevels } from './levels/notification-levels.js';
import { NotifiedRepository } from './levels/notified.repository.js';
import { SetLevelHandler } from './levels/set-level.js';
import { ListRoomsHandler } from './list-rooms.js';
import { ChangeRoleHandler } from './members/change-role.js';
import { GetMembershipHandler } from './members/get-membership.js';
import { JoinRoomHandler } from './members/join-room.js';
import { ListedMembersRepository } from './members/listed-members.repository.js';
import { ListMembersHandler } from './members/list-members.js';
import { ListMyRoomsHandler } from './members/list-my-rooms.js';
import { MarkUnreadHandler } from './members/mark-unread.js';
import { MembersController } from './members/members.controller.js';
import { MembershipQuota } from './members/membership-quota.js';
import { Memberships } from './members/memberships.js';
import { MembershipsRepository } from './members/memberships.repository.js';
import { MoveReadMarkerHandler } from './members/move-read-marker.js';
import { ReadMarkers } from './members/read-markers.js';
import { RemoveMemberHandler } from './members/remove-member.js';
import { RoomCompany } from './members/room-company.js';
import { RoomPermissions } from './members/room-permissions.js';
import { DeleteMessageHandler } from './messages/delete-message.js';
import { EditMessageHandler } from './messages/edit-message.js';
import { GetMessageHandler } from './messages/get-message.js';
import { ListMessagesHandler } from './messages/list-messages.js';
import { MessageMentions } from './messages/message-mentions.js';
import { MessagesOfUser } from './messages/messages-of-user.js';
import { MessagesController } from './messages/messages.controller.js';
import { MessagesRepository } from './messages/messages.repository.js';
import { PostsRepository } from './messages/posts.repository.js';
import { PostMessageHandler } from './messages/post-message.js';
import { Reindexing } from './messages/reindexing.js';
import { SearchMessagesHandler } from './messages/search-messages.js';
import { SearchQuota } from './messages/search-quota.js';
import { OpenDirectHandler } from './open-direct.js';
import { IsOnlineHandler } from './presence/is-online.js';
import { Presence } from './presence/presence.js';
import { SendTypingHandler } from './presence/send-typing.js';
import { TypingController } from './presence/typing.controller.js';
import { AddReactionHandler } from './reactions/add-reaction.js';
import { ReactionsController } from './reactions/reactions.controller.js';
import { ReactionsOfMessage } from './reactions/reactions-of-message.js';
import { ReactionsOfUser } from './reactions/reactions-of-user.js';
import { ReactionsRepository } from './reactions/reactions.repository.js';
import { RemoveReactionHandler } from './reactions/remove-reaction.js';
import { RoomAccess } from './room/room-access.js';
import { InvitationsRepository } from './room/invitations.repository.js';
import { MembersRepository } from './room/members.repository.js';
import { RoomsRepository } from './room/rooms.repository.js';
import { roomsFeature } from './rooms.feature.js';
import { RoomsData } from './rooms-data.js';
import { RoomsController } from './rooms.controller.js';
import { Lines } from './lines/lines.js';
import { LinesController } from './lines/lines.controller.js';
import { LinesRepository } from './lines/lines.repository.js';
import { ListLinesHandler } from './lines/list-lines.js';
import { ListPinsHandler } from './pins/list-pins.js';
import { PinMessageHandler } from './pins/pin-message.js';
import { PinsController } from './pins/pins.controller.js';
import { PinsRepository } from './pins/pins.repository.js';
import { UnpinMessageHandler } from './pins/unpin-message.js';
import { ListSavedHandler } from './saved/list-saved.js';
import { SavedController } from './saved/saved.controller.js';
import { SavedRepository } from './saved/saved.repository.js';
import { SetSavedHandler } from './saved/set-saved.js';
import { FollowersRepository } from './threads/followers.repository.js';
import { ListRepliesHandler } from './threads/list-replies.js';
import { ListThreadsHandler } from './threads/list-threads.js';
import { ListUnreadThreadsHandler } from './threads/list-unread-threads.js';
import { MarkThreadReadHandler } from './threads/mark-thread-read.js';
import { Threads } from './threads/threads.js';
import { ThreadsController } from './threads/threads.controller.js';
import { ThreadsOfUser } from './threads/threads-of-user.js';
import { ThreadsRepository } from './threads/threads.repository.js';
import { UnreadThreadsRepository } from './threads/unread-threads.repository.js';
import { UpdateRoomHandler } from './update-room.js';

/** Rooms, members, messages and presence. */
@Module({
  imports: [UsersModule, CarillonModule.forFeature(roomsFeature)],
  controllers: [
    BlocksController,
    RoomsController,
    MembersController,
    InvitationsController,
    TypingController,
    MessagesController,
    ThreadsController,
    PinsController,
    SavedController,
    LinesController,
    ReactionsController,
    LevelsController,
    FavouritesController,
    FilesController,
  ],
  providers: [
    RoomsRepository,
    MembersRepository,
    InvitationsRepository,
    MembershipsRepository,
    ListedMembersRepository,
    MessageMentions,
    MessagesOfUser,
    MessagesRepository,
    PostsRepository,
    ReactionsRepository,
    ReactionsOfMessage,
    ReactionsOfUser,
    LevelsRepository,
    NotificationLevels,
    NotifiedRepository,
    FavouritesRepository,
    FileResponses,
    FilesOfMessage,
    FilesOfUser,
    FilesRepository,
    IncomingFiles,
    fileStore,
    UnusedFiles,
    UploadLimits,
    BlocksRepository,
    Contacts,
    ContactQuota,
    MembershipQuota,
    Invitations,
    Memberships,
    Presence,
    ReadMarkers,
    Reindexing,
    RoomAccess,
    RoomCompany,
    RoomPermissions,
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
    AddReactionHandler,
    RemoveReactionHandler,
    UploadFileHandler,
    GetFileHandler,
    MoveReadMarkerHandler,
    MarkUnreadHandler,
    SetFavouriteHandler,
    SetLevelHandler,
    SendTypingHandler,
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
    Threads,
    ThreadsOfUser,
    PinsRepository,
    Lines,
    LinesRepository,
    ListLinesHandler,
    ListPinsHandler,
    PinMessageHandler,
    UnpinMessageHandler,
    SavedRepository,
    ListSavedHandler,
    SetSavedHandler,
    ThreadsRepository,
    UnreadThreadsRepository,
    FollowersRepository,
    ListRepliesHandler,
    ListThreadsHandler,
    ListUnreadThreadsHandler,
    MarkThreadReadHandler,
    ListNotifiedUsersHandler,
    GetNotifiedMessageHandler,
    IsOnlineHandler,
  ],
})
export class RoomsModule {}
