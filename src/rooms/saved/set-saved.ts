import { type Transaction, UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { lockUsers } from '../../users/lock-users.js';
import { messageNotFound } from '../messages/message-not-found.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { MAX_SAVED, refuseAbove } from '../room/limits.js';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { canSave, enforce } from '../room/room-rules.js';
import { SavedChanged } from './saved.events.js';
import { SavedRepository } from './saved.repository.js';

/** Saves a message for the caller, or ends that. Has no effect if it is so already. */
export class SetSaved extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
    readonly saved: boolean,
  ) {
    super();
  }
}

@CommandHandler(SetSaved)
export class SetSavedHandler implements ICommandHandler<SetSaved> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly messages: MessagesRepository,
    private readonly repository: SavedRepository,
  ) {}

  execute({ callerId, roomId, messageId, saved }: SetSaved): Promise<void> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      if (saved) enforce(canSave(message));
      if ((await this.repository.isSaved(tx.db, callerId, message)) === saved) return;
      if (saved) await this.#add(tx, callerId, message);
      else await this.repository.remove(tx.db, callerId, message);
      const { seq } = message;
      tx.record(new SavedChanged(callerId, { roomId, messageId, seq, saved }), callerId);
    });
  }

  /** @throws Problem `conflict`: the user has saved too many messages. */
  async #add(tx: Transaction, userId: string, message: Message): Promise<void> {
    await lockUsers(tx.db, userId);
    refuseAbove(
      MAX_SAVED,
      await this.repository.count(tx.db, userId),
      `You have saved ${MAX_SAVED} messages, the maximum. Remove one first.`,
    );
    await this.repository.add(tx.db, userId, message, new Date().toISOString());
  }
}
