import { positionOf } from '@carillon/client/cursor';
import type { Schema } from '../../api/api.js';
import type { StreamEvent } from '../../store/events.js';
import { partOf, type Slice, type State } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import type { Message } from '../rooms/message.js';
import { readPins } from './pins-api.js';

export interface PinnedMessage {
  readonly messageId: string;
  /** Null until it is read: the event that pins a message does not contain it. */
  readonly message: Message | null;
}

export interface RoomPins {
  /** The newest pin first. */
  readonly items: readonly PinnedMessage[];
  /** Whether events may have been missed since they were read. */
  readonly isStale: boolean;
}

/** By the id of the room; of those rooms that were open. */
export type PinsByRoom = ReadonlyMap<string, RoomPins>;

export const pins: Slice<PinsByRoom> = {
  name: 'pins',
  initial: new Map(),
  fold: foldPins,
  // The marks stay visible until the pins are read again: rows would change their height twice.
  afterGap: (all) => new Map(Array.from(all, ([id, room]) => [id, { ...room, isStale: true }])),
};

function foldPins(all: PinsByRoom, { name, data }: StreamEvent): PinsByRoom {
  switch (name) {
    case 'room.left':
      return new Map([...all].filter(([roomId]) => roomId !== data.roomId));
    case 'message.pinned':
      return change(all, data.roomId, (items) => withPin(items, data.messageId));
    case 'message.unpinned':
      return change(all, data.roomId, (items) => without(items, data.messageId));
    case 'message.deleted':
      return change(all, data.roomId, (items) => without(items, data.id));
    case 'message.edited':
      return change(all, data.roomId, (items) => withMessage(items, data));
    default:
      return all;
  }
}

type Items = readonly PinnedMessage[];

function change(all: PinsByRoom, roomId: string, to: (items: Items) => Items): PinsByRoom {
  const room = all.get(roomId);
  if (!room) return all;
  const items = to(room.items);
  return items === room.items ? all : new Map(all).set(roomId, { ...room, items });
}

const isIn = (items: Items, id: string): boolean => items.some(({ messageId }) => messageId === id);

function withPin(items: Items, messageId: string): Items {
  const message = items.find((pin) => pin.messageId === messageId)?.message ?? null;
  return [{ messageId, message }, ...without(items, messageId)];
}

const without = (items: Items, id: string): Items =>
  isIn(items, id) ? items.filter(({ messageId }) => messageId !== id) : items;

function withMessage(items: Items, message: Message): Items {
  if (!isIn(items, message.id)) return items;
  return items.map((pin) => (pin.messageId === message.id ? { ...pin, message } : pin));
}

export const isPinned = (state: State, { roomId, id }: Message): boolean =>
  isIn(partOf(state, pins).get(roomId)?.items ?? [], id);

/** Fetches the pins of a room, unless they are known. */
export function needPins(store: Store, roomId: string): void {
  const known = store.partOf(pins).get(roomId);
  if (!known || known.isStale) fetchPins(store, roomId);
}

/** Also fetches the messages that were pinned since. */
export function needPinnedMessages(store: Store, roomId: string): void {
  const known = store.partOf(pins).get(roomId);
  if (known?.items.some(({ message }) => message === null)) fetchPins(store, roomId);
}

function fetchPins(store: Store, roomId: string): void {
  void store.fetch(`pins of ${roomId}`, async () => {
    const { generation } = store;
    const { body, cursor } = await readPins(roomId);
    if (generation !== store.generation) return;
    const read = { items: body.map(pinOf), isStale: false };
    // Events may have arrived during the request.
    const known = store
      .eventsAfter(positionOf(cursor))
      .reduce(foldPins, new Map([[roomId, read]]) as PinsByRoom)
      .get(roomId);
    if (known) store.update(pins, (all) => new Map(all).set(roomId, known));
  });
}

const pinOf = ({ message }: Schema<'Pin'>): PinnedMessage => ({ messageId: message.id, message });
