import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { accountTopic, ownerOf } from '../accounts/accounts.events.js';
import { Database } from '../database/database.js';
import { inLog } from '../database/errors.js';
import { eachFact } from '../events/each-fact.js';
import { EventFeed } from '../events/event-feed.js';
import { EventLog, type LoggedFact } from '../events/event-log.js';
import { type EphemeralFact, Ephemerals, isListOfTexts } from '../events/ephemerals.js';
import type { PersonalView } from '../events/stream-view.js';
import { Streams } from '../events/streams.js';
import { Periodic } from '../periodic.js';
import { LARGEST_LIVE_ROOM } from './limits.js';
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
 * hear of those with whom they share a room of up to 1,000 members: a stream of named topics, of those in the rooms that
 * it names.
 */
@Injectable()
export class Presence implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Presence.name);
  readonly #node = randomUUID();
  readonly #whereabouts = new Whereabouts();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  /** What is to be looked up and told, in order. */
  readonly #jobs = new Map<string, () => Promise<void>>();
  /** What could not be looked up. */
  readonly #failed = new Map<string, () => Promise<void>>();
  #working = false;
  readonly #periodic = new Periodic(Presence.name, BEAT, () => this.#beat());

  constructor(
    private readonly streams: Streams,
    private readonly ephemerals: Ephemerals,
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
  ) {}

  onModuleInit(): void {
    this.streams.arrivals.subscribe((view) => this.#arrive(view));
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

  #arrive(view: PersonalView): void {
    const { userId } = view.person;
    clearTimeout(this.#leaving.get(userId));
    this.#leaving.delete(userId);
    this.#say([userId], []);
    this.#tellAllSoon(view);
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
    if (this.#whereabouts.has(userId)) this.#tellOfSoon(userId);
    for (const view of this.streams.viewsOf(userId)) this.#tellAllSoon(view);
  }

  /** Someone is in a room no more: who shares no other with them does not hear of them from now on. */
  #part({ data, topic, position }: LoggedFact): void {
    const { roomId } = JSON.parse(data) as RoomLeft['data'];
    const userId = ownerOf(topic);
    if (!this.#whereabouts.has(userId)) return;
    this.#do(`part ${position}`, () => this.#tellParted(roomId, userId));
    this.#meet(userId);
  }

  async #tellParted(roomId: string, userId: string): Promise<void> {
    // Who hides a direct conversation is still in it, and the other one does not learn of that.
    if (await this.rooms.findMember(this.database.read, roomId, userId)) return;
    const presence = { online: [], offline: [userId], complete: false };
    this.ephemerals.tellHere({ topics: [roomTopic(roomId)], type: 'presence', data: presence });
  }

  async #beat(): Promise<void> {
    const here = [...this.streams.people, ...this.#leaving.keys()];
    for (let i = 0; i < here.length; i += AT_ONCE) this.#say(here.slice(i, i + AT_ONCE), []);
    for (const userId of this.#whereabouts.forgetSilent(performance.now()))
      this.#tellOfSoon(userId);
    const failed = [...this.#failed];
    this.#failed.clear();
    for (const [name, work] of failed) this.#do(name, work);
  }

  #say(here: readonly string[], gone: readonly string[]): void {
    const data: SignOfLife = { node: this.#node, here, gone };
    this.ephemerals.tellProcesses({ topics: [SIGN_OF_LIFE], type: SIGN_OF_LIFE, data });
  }

  /** Of this node, too: whoever is at any node is dealt with in the same way. */
  #hear({ type, data }: EphemeralFact): void {
    if (type !== SIGN_OF_LIFE || !isSignOfLife(data)) return;
    const { node, here, gone } = data;
    const arrived = this.#whereabouts.arrive(node, here, performance.now());
    const departed = gone.filter((userId) => this.#whereabouts.depart(node, userId));
    for (const userId of [...arrived, ...departed]) this.#tellOfSoon(userId);
  }

  #tellAllSoon(view: PersonalView): void {
    this.#do(`all ${view.key}`, () => this.#tellAll(view));
  }

  #tellOfSoon(userId: string): void {
    this.#do(`of ${userId}`, () => this.#tellOf(userId));
  }

  /** Tells a person who of those is here with whom they share a room of the view, in several parts where they are many. */
  async #tellAll({ key, named, person: { userId } }: PersonalView): Promise<void> {
    const { read } = this.database;
    const small = await this.rooms.smallRoomIdsOf(read, userId, LARGEST_LIVE_ROOM);
    const roomIds = small.filter((roomId) => named?.has(roomTopic(roomId)) ?? true);
    const isOfSelf = named?.has(accountTopic(userId)) ?? true;
    if (roomIds.length === 0 && !isOfSelf) return;
    const companions = await this.rooms.membersOfAny(read, roomIds);
    await this.#catchUp();
    const online = [...new Set([userId, ...companions])].filter((id) => this.#whereabouts.has(id));
    for (let i = 0; i < online.length; i += MOST_TOLD) {
      const data = { online: online.slice(i, i + MOST_TOLD), offline: [], complete: i === 0 };
      this.ephemerals.tellHere({ topics: [], view: key, type: 'presence', data });
    }
  }

  /**
   * Tells those who share a room with a person that they have come or gone; that they have gone also where the room is
   * large: it may have grown since it was told that they are here.
   */
  async #tellOf(userId: string): Promise<void> {
    const { read } = this.database;
    const roomIds = this.#whereabouts.has(userId)
      ? await this.rooms.smallRoomIdsOf(read, userId, LARGEST_LIVE_ROOM)
      : await this.rooms.roomIdsOf(read, userId);
    await this.#catchUp();
    // As it is now: they may have come back, or gone, while the database was asked.
    const state = this.#whereabouts.has(userId) ? 'online' : 'offline';
    const data = { online: [], offline: [], [state]: [userId], complete: false };
    const topics = [accountTopic(userId), ...roomIds.map(roomTopic)];
    this.ephemerals.tellHere({ topics, type: 'presence', data });
  }

  /** Has the streams get to what was just read: who has left a room by then does not hear who is in it. */
  async #catchUp(): Promise<void> {
    await this.feed.reach((await this.log.state()).head);
  }

  /**
   * Does one thing after the other: what changes while one is looked up is looked up behind it, and told behind it. What
   * waits already is not done twice, but last.
   */
  #do(name: string, work: () => Promise<void>): void {
    this.#jobs.delete(name);
    this.#jobs.set(name, work);
    if (!this.#working) void this.#workOff();
  }

  async #workOff(): Promise<void> {
    this.#working = true;
    for (const [name, work] of this.#jobs) {
      this.#jobs.delete(name);
      try {
        await work();
      } catch (error) {
        this.#failed.set(name, work);
        this.#logger.warn(inLog(error), 'Who is here could not be told; tried again later.');
      }
    }
    this.#working = false;
  }
}

/** Anyone who reaches the database may send a message. */
function isSignOfLife(data: unknown): data is SignOfLife {
  const { node, here, gone } = Object(data) as Partial<SignOfLife>;
  return typeof node === 'string' && [here, gone].every(isListOfTexts);
}
