import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LevelOfMember } from '../room/notification-level.js';
import { RoomAccess } from '../room/room-access.js';
import type { NotificationLevel } from '../room/room.js';
import { LevelChanged } from '../room/rooms.events.js';
import { LevelsRepository } from './levels.repository.js';

/** Chooses what notifies the caller in a room, and until when nothing does. Has no effect if both stay the same. */
export class SetLevel extends Command<NotificationLevel> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly chosen: LevelOfMember,
  ) {
    super();
  }
}

@CommandHandler(SetLevel)
export class SetLevelHandler implements ICommandHandler<SetLevel> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly repository: LevelsRepository,
  ) {}

  execute({ callerId, roomId, chosen }: SetLevel): Promise<NotificationLevel> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const after = { roomId, level: chosen.level, mutedUntil: chosen.mutedUntil };
      const before = (await this.repository.levelOf(tx.db, roomId, callerId))!;
      if (before.level === after.level && before.mutedUntil === after.mutedUntil) return after;
      await this.repository.set(tx.db, roomId, callerId, after);
      tx.record(new LevelChanged(callerId, after), callerId);
      return after;
    });
  }
}
