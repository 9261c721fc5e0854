import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contacts } from '../invitations/contacts.js';
import { messageNotFound } from '../messages/message-not-found.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { MAX_EMOJI, MAX_REACTIONS, refuseAbove } from '../room/limits.js';
import type { Message } from '../room/message.js';
import { countReactions, withReaction } from '../room/reactions.js';
import { RoomAccess } from '../room/room-access.js';
import { canReact, enforce } from '../room/room-rules.js';
import { ReactionAdded } from '../room/rooms.events.js';
import { ReactionsRepository } from './reactions.repository.js';

/** Reacts to a message with an emoji. Has no effect if the caller has already done so. */
export class AddReaction extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
    readonly emoji: string,
  ) {
    super();
  }
}

@CommandHandler(AddReaction)
export class AddReactionHandler implements ICommandHandler<AddReaction> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly messages: MessagesRepository,
    private readonly repository: ReactionsRepository,
  ) {}

  execute({ callerId, roomId, messageId, emoji }: AddReaction): Promise<void> {
    return this.work.run(async (tx) => {
      const { room } = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      enforce(canReact(room, message));
      await this.contacts.refuseBlockedIn(tx.db, room, callerId);
      const reactions = withReaction(message.reactions, emoji, callerId);
      if (reactions === message.reactions) return;
      refuseTooMany(message, emoji);
      const row = { emoji, userId: callerId };
      await this.repository.insert(tx.db, { ...message, reactions }, row);
      tx.record(new ReactionAdded({ roomId, messageId, seq: message.seq, ...row }), callerId);
    });
  }
}

/** @throws Problem `conflict` */
function refuseTooMany({ reactions }: Message, emoji: string): void {
  if (!reactions.some((one) => one.emoji === emoji))
    refuseAbove(
      MAX_EMOJI,
      reactions.length,
      `This message has reactions with ${MAX_EMOJI} different emoji, the maximum. Use one of them.`,
    );
  refuseAbove(
    MAX_REACTIONS,
    countReactions(reactions),
    `This message has ${MAX_REACTIONS} reactions, the maximum.`,
  );
}
