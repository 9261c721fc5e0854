import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RoomAccess } from '../room/room-access.js';
import { FavouriteChanged } from '../room/rooms.events.js';
import { FavouritesRepository } from './favourites.repository.js';

/** Makes a room a favourite of the caller, or ends that. Has no effect if it is so already. */
export class SetFavourite extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly favourite: boolean,
  ) {
    super();
  }
}

@CommandHandler(SetFavourite)
export class SetFavouriteHandler implements ICommandHandler<SetFavourite> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly favourites: FavouritesRepository,
  ) {}

  execute({ callerId, roomId, favourite }: SetFavourite): Promise<void> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const isChanged = favourite
        ? await this.favourites.add(tx.db, roomId, callerId)
        : await this.favourites.remove(tx.db, roomId, callerId);
      if (isChanged) tx.record(new FavouriteChanged(callerId, { roomId, favourite }), callerId);
    });
  }
}
