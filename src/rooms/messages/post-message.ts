import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { Problem } from '../../http/problems.js';
import { FilesOfMessage } from '../files/files-of-message.js';
import { Contacts } from '../invitations/contacts.js';
import { Memberships } from '../members/memberships.js';
import { ReadMarkers } from '../members/read-markers.js';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { canPost, enforce } from '../room/room-rules.js';
import { MessagePosted } from '../room/rooms.events.js';
import { MessageMentions } from './message-mentions.js';
import { PostsRepository } from './posts.repository.js';
import { Threads } from '../threads/threads.js';

/** Posts a message. Retries with the same client id post it once. */
export class PostMessage extends Command<Message> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly clientId: string,
    readonly text: string,
    /** The `seq` of the message to which it replies. */
    readonly replyTo: number | null,
    /** The ids of files that the caller has uploaded to the room. */
    readonly fileIds: readonly string[],
    /** Whether `@all` mentions everyone. */
    readonly mentionAll: boolean | undefined,
  ) {
    super();
  }
}

@CommandHandler(PostMessage)
export class PostMessageHandler implements ICommandHandler<PostMessage> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly memberships: Memberships,
    private readonly posts: PostsRepository,
    private readonly mentions: MessageMentions,
    private readonly files: FilesOfMessage,
    private readonly markers: ReadMarkers,
    private readonly threads: Threads,
  ) {}

  execute(command: PostMessage): Promise<Message> {
    const { callerId, roomId, clientId, text, replyTo, fileIds, mentionAll } = command;
    return this.work.run(async (tx) => {
      const [author, earlier] = await Promise.all([
        this.access.lockAsMember(tx.db, roomId, callerId),
        this.posts.findByClientId(tx.db, callerId, clientId),
      ]);
      if (earlier) return sameAs(earlier, command);
      const { room } = author;
      enforce(canPost(room));
      await this.contacts.refuseBlockedIn(tx.db, room, callerId);
      const threadOf = await this.threads.rootOf(tx.db, roomId, replyTo);
      const mentions = await this.mentions.inNew(tx.db, author, text, mentionAll);
      const files = await this.files.take(tx, fileIds, { roomId, ownerId: callerId });
      // Nothing is refused from here on: a command that fails after a change makes others run again.
      if (room.kind === 'direct') await this.memberships.show(tx, roomId, callerId);
      const { seq, createdAt } = await this.posts.nextPlace(tx.db, roomId);
      const message: Message = {
        id: uuidv7(),
        roomId,
        seq,
        authorId: callerId,
        clientId,
        text,
        ...mentions,
        replyTo,
        threadOf,
        thread: null,
        reactions: [],
        files,
        createdAt,
        editedAt: null,
        deletedAt: null,
      };
      await Promise.all([
        this.posts.insert(tx.db, message),
        this.markers.moveToPosted(tx.db, message),
      ]);
      await this.files.post(tx, message);
      tx.record(new MessagePosted(message), callerId);
      await this.threads.posted(tx, message);
      return message;
    });
  }
}

/** Recognizes a retry. It is the same message even if it was edited or deleted since. */
function sameAs(
  earlier: Message,
  { roomId, text, replyTo, fileIds, mentionAll = earlier.mentionsAll }: PostMessage,
): Message {
  const isUntouched = earlier.editedAt === null && earlier.deletedAt === null;
  const isSamePlace = earlier.roomId === roomId && earlier.replyTo === replyTo;
  const isSameContent =
    earlier.text === text &&
    earlier.mentionsAll === mentionAll &&
    earlier.files.map(({ id }) => id).join() === fileIds.join();
  if (isSamePlace && (!isUntouched || isSameContent)) return earlier;
  throw new Problem(
    'idempotency-key-reused',
    'You posted another message with this clientId. Generate a new one for each message.',
  );
}
