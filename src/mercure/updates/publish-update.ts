import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import { shapeOf } from '../../http/json-shape.js';
import type { Update } from './update-form.js';

/** The type of an event for the handler `onmessage` of an `EventSource`. */
export const DEFAULT_TYPE = 'message';
/** Levels of JSON that both databases can check. */
const MAX_DEPTH = 64;

/** Publishes an update. Returns its id. */
export class PublishUpdate extends Command<string> {
  constructor(
    readonly update: Update,
    /** Who publishes it. */
    readonly callerId: string,
  ) {
    super();
  }
}

@CommandHandler(PublishUpdate)
export class PublishUpdateHandler implements ICommandHandler<PublishUpdate> {
  constructor(private readonly work: UnitOfWork) {}

  async execute({ update, callerId }: PublishUpdate): Promise<string> {
    const { topics, data, isPrivate, type = DEFAULT_TYPE, retry } = update;
    // Subscribers may see it although they may not see the event, so it must not reveal an order.
    const { id = `urn:uuid:${randomUUID()}` } = update;
    await this.work.run(async (tx) => {
      tx.publish(
        { topics, type, data, format: formatOf(data), private: isPrivate, publicId: id, retry },
        callerId,
      );
    });
    return id;
  }
}

/** Other streams deliver an object as JSON, and any other text as a string. Mercure delivers both unchanged. */
function formatOf(data: string): 'json' | 'text' {
  if (!data.trimStart().startsWith('{')) return 'text';
  if (shapeOf(Buffer.from(data), MAX_DEPTH).depth > MAX_DEPTH) return 'text';
  try {
    JSON.parse(data);
    return 'json';
  } catch {
    return 'text';
  }
}
