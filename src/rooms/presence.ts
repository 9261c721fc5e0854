import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { accountTopic, ownerOf } from '../accounts/accounts.events.js';
import { Database } from '../database/database.js';
import { eachFact } from '../events/each-fact.js';
import { EventFeed } from '../events/event-feed.js';
import type { LoggedFact } from '../events/event-log.js';
import { type EphemeralFact, Ephemerals, isListOfTexts } from '../events/ephemerals.js';
import { Streams } from '../events/streams.js';
import { Periodic } from '../periodic.js';
import { RoomJoined, RoomLeft, roomTopic } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';
import { Whereabouts } from './whereabouts.js';

/** Milliseconds between two signs of life of a node. */
const BEAT = 5000;
/** Milliseconds for which someone whose last stream has ended is still here: a page that is loaded anew, a short cut. */
const GRACE = 3000;
/** People in one message between nodes. */
const AT_ONCE = 100;
/** People in one event of a stream. */
const MOST_TOLD = 1000;
/** Members of a room that may hear who of them comes: when all come back at once, what is told grows with its square. */
const LARGEST_ROOM = 1000;

/** What nodes tell each other. No stream includes this topic. */
const SIGN_OF_LIFE = 'rooms/presence';

interface SignOfLife {
  readonly node: string;
  readonly here: readonly string[];
  readonly gone: readonly string[];
}

/**
 * Who is here: everyone who listens to a view of their own, at any node, with however many tabs and devices.
 *
 * Nodes tell each other who listens at them, when it changes and every few seconds. One that falls silent has crashed,
 * and those who listened at it are gone, unless they are back at another one. Each node tells its own listeners, who
 * hear of those with whom they share a room of up to 1,000 members.
 */
@Injectable()
export class Presence implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Presence.name);
  readonly #node = randomUUID();
  readonly #whereabouts = new Whereabouts();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #periodic = new Periodic(Presence.name, BEAT, () => this.#beat());

  constructor(
    private readonly streams: Streams,
    private readonly ephemerals: Ephemerals,
    private readonly feed: EventFeed,
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
  ) {}

  onModuleInit(): void {
    this.streams.arrivals.subscribe((userId) => this.#arrive(userId));
    this.streams.departures.subscribe((userId) => this.#leaveSoon(userId));
    this.ephemerals.facts.subscribe((fact) => this.#hear(fact));
    eachFact(this.feed.facts, (fact) => {
      if (fact.type === RoomJoined.type) this.#meet(ownerOf(fact.topic));
      else if (fact.type === RoomLeft.type) this.#part(fact);
    });
    this.#periodic.start();
  }

  onModuleDestroy(): Promise<void> {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    return this.#periodic.stop();
  }

  #arrive(userId: string): void {
    clearTimeout(this.#leaving.get(userId));
    this.#leaving.delete(userId);
    this.#say([userId], []);
    this.#inBackground(this.#tellAll(userId));
  }

  #leaveSoon(userId: string): void {
    const leave = (): void => {
      this.#leaving.delete(userId);
      if (!this.streams.isListening(userId)) this.#say([], [userId]);
    };
    clearTimeout(this.#leaving.get(userId));
    this.#leaving.set(userId, setTimeout(leave, GRACE).unref());
  }

  /** Someone is in other rooms than before: those who are in them hear that they are here, and they who else is. */
  #meet(userId: string): void {
    if (this.#whereabouts.has(userId)) this.#inBackground(this.#tellOf([userId], []));
    if (this.streams.isListening(userId)) this.#inBackground(this.#tellAll(userId));
  }

  /** Someone is in a room no more: who shares no other with them does not hear of them from now on. */
  #part(fact: LoggedFact): void {
    const { roomId } = JSON.parse(fact.data) as RoomLeft['data'];
    const userId = ownerOf(fact.topic);
    if (!this.#whereabouts.has(userId)) return;
    const data = { online: [], offline: [userId], complete: false };
    this.ephemerals.tellHere({ topics: [roomTopic(roomId)], type: 'presence', data });
    this.#meet(userId);
  }

  async #beat(): Promise<void> {
    const here = [...this.streams.people, ...this.#leaving.keys()];
    for (let i = 0; i < here.length; i += AT_ONCE) this.#say(here.slice(i, i + AT_ONCE), []);
    const gone = this.#whereabouts.forgetSilent(Date.now());
    if (gone.length > 0) await this.#tellOf([], gone);
  }

  #say(here: readonly string[], gone: readonly string[]): void {
    const data: SignOfLife = { node: this.#node, here, gone };
    this.ephemerals.tell({ topics: [SIGN_OF_LIFE], type: SIGN_OF_LIFE, data });
  }

  /** Of this node, too: whoever is at any node is dealt with in the same way. */
  #hear({ type, data }: EphemeralFact): void {
    if (type !== SIGN_OF_LIFE || !isSignOfLife(data)) return;
    const { node, here, gone } = data;
    const arrived = this.#whereabouts.arrive(node, here, Date.now());
    const departed = gone.filter((userId) => this.#whereabouts.depart(node, userId));
    if (arrived.length + departed.length > 0) this.#inBackground(this.#tellOf(arrived, departed));
  }

  /** Tells a person who of those is here with whom they share a room, in several parts where they are many. */
  async #tellAll(userId: string): Promise<void> {
    const { read } = this.database;
    const roomIds = await this.rooms.smallRoomIdsOf(read, userId, LARGEST_ROOM);
    const companions = await this.rooms.membersOfAny(read, roomIds);
    const online = [...new Set([userId, ...companions])].filter((id) => this.#whereabouts.has(id));
    for (let i = 0; i < online.length; i += MOST_TOLD) {
      const data = { online: online.slice(i, i + MOST_TOLD), offline: [], complete: i === 0 };
      this.ephemerals.tellHere({ topics: [accountTopic(userId)], type: 'presence', data });
    }
  }

  /**
   * Tells those who share a room with them that people have come or gone; that they have gone also where the room is
   * large: it may have grown since it was told that they are here.
   */
  async #tellOf(arrived: readonly string[], departed: readonly string[]): Promise<void> {
    const { read } = this.database;
    for (const userId of [...arrived, ...departed]) {
      const roomIds = this.#whereabouts.has(userId)
        ? await this.rooms.smallRoomIdsOf(read, userId, LARGEST_ROOM)
        : await this.rooms.roomIdsOf(read, userId);
      // As it is now: they may have come back, or gone, while the database was asked.
      const state = this.#whereabouts.has(userId) ? 'online' : 'offline';
      const data = { online: [], offline: [], [state]: [userId], complete: false };
      const topics = [accountTopic(userId), ...roomIds.map(roomTopic)];
      this.ephemerals.tellHere({ topics, type: 'presence', data });
    }
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#logger.warn({ err: error }, 'Who is here could not be told.'),
    );
  }
}

/** Anyone who reaches the database may send a message. */
function isSignOfLife(data: unknown): data is SignOfLife {
  const { node, here, gone } = Object(data) as Partial<SignOfLife>;
  return typeof node === 'string' && [here, gone].every(isListOfTexts);
}
