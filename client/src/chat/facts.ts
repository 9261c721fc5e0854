import type { EventsOf } from '../api/api.js';

/** The data of all events of the chat's stream, by name. */
export type ChatEvents = EventsOf<'subscribeToEvents'>;

/** Of those that are stored and that the state is folded from. */
export type Facts = Omit<ChatEvents, 'heartbeat' | 'reset' | 'typing' | 'presence'>;

export type FactName = keyof Facts;

/** `position` is its place in the order of all that happens. */
export type Fact = {
  readonly [Name in FactName]: {
    readonly name: Name;
    readonly data: Facts[Name];
    readonly position: number;
  };
}[FactName];

const names: { readonly [Name in FactName]: true } = {
  'user.created': true,
  'user.updated': true,
  'user.removed': true,
  'user.erased': true,
  'room.created': true,
  'room.updated': true,
  'room.joined': true,
  'room.left': true,
  'member.joined': true,
  'member.changed': true,
  'member.left': true,
  'member.invited': true,
  'member.uninvited': true,
  'message.posted': true,
  'message.edited': true,
  'message.deleted': true,
  'read.moved': true,
  'block.added': true,
  'block.removed': true,
  'session.started': true,
  'session.ended': true,
};

export const factNames = Object.keys(names) as readonly FactName[];
