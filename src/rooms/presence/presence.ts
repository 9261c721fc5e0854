import { Database, EventLog, type LoggedEvent, TransientEvents } from '@carillon/nestjs';
import {
  EventFeed,
  Features,
  forEachEvent,
  inLog,
  type NodeChannel,
  NodeMessages,
  Periodic,
  type UserView,
  SubscriberRegistry,
  Topics,
} from '@carillon/nestjs/internal';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Subscription } from 'rxjs';
import { accountTopic, ownerOf } from '../../accounts/accounts.events.js';
import { Config } from '../../config.js';
import { RoomJoined, RoomLeft, roomTopic } from '../room/rooms.events.js';
import { LatestJobs } from './latest-jobs.js';
import { OnlineUsers } from './online-users.js';
import { MembersRepository } from '../room/members.repository.js';

/** Heartbeats of a node in `PRESENCE_TIMEOUT`, so that two may be lost. */
const HEARTBEATS = 3;
/** Users in one message between nodes. */
const MAX_PER_MESSAGE = 100;
/** Users in one presence event. */
const MAX_PER_EVENT = 1000;

/** A message between nodes: users that have streams at a node, and users that no longer do. */
interface NodeHeartbeat {
  readonly node: string;
  readonly here: readonly string[];
  readonly gone: readonly string[];
}

/**
 * Who is online: every user with a personal stream at any node, in any number of tabs and on any number of devices.
 *
 * Nodes send each other their users when they change and every few seconds. A node that falls silent has crashed, and its
 * users go offline unless they reconnect to another node. Each node informs its own subscribers about the users with whom
 * they share a room of up to 1,000 members. A stream of named topics receives only the users of the rooms that it names.
 */
@Injectable()
export class Presence implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Presence.name);
  readonly #node = randomUUID();
  readonly #onlineUsers: OnlineUsers;
  readonly #subscriptions = new Subscription();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #jobs = new LatestJobs((error) =>
    this.#logger.warn(inLog(error), 'Presence could not be sent. The next heartbeat tries again.'),
  );
  readonly #nodes: NodeChannel<NodeHeartbeat>;
  readonly #periodic: Periodic;

  constructor(
    private readonly config: Config,
    private readonly subscribers: SubscriberRegistry,
    private readonly transientEvents: TransientEvents,
    nodes: NodeMessages,
    private readonly feed: EventFeed,
    private readonly log: EventLog,
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly topics: Topics,
    private readonly features: Features,
  ) {
    const { PRESENCE_TIMEOUT } = config;
    this.#onlineUsers = new OnlineUsers(PRESENCE_TIMEOUT);
    this.#periodic = new Periodic(Presence.name, PRESENCE_TIMEOUT / HEARTBEATS, () => this.#beat());
    this.#nodes = nodes.channel('presence', isNodeHeartbeat);
  }

  onModuleInit(): void {
    // Without rooms, nobody sees who is online.
    if (!this.features.isOn('rooms')) return;
    this.#subscriptions.add(this.subscribers.arrivals.subscribe((view) => this.#arrive(view)));
    this.#subscriptions.add(this.subscribers.departures.subscribe((id) => this.#leaveSoon(id)));
    this.#subscriptions.add(this.#nodes.messages.subscribe((message) => this.#receive(message)));
    this.#subscriptions.add(forEachEvent(this.feed.events, (event) => this.#handle(event)));
    this.#periodic.start();
  }

  async onModuleDestroy(): Promise<void> {
    // Streams end after this. A user who leaves then must not start a timer that outlives the database connection.
    this.#subscriptions.unsubscribe();
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    await Promise.all([this.#periodic.stop(), this.#jobs.stop()]);
  }

  /** Whether a user has a personal stream at any node. */
  isOnline(userId: string): boolean {
    return this.#onlineUsers.has(userId);
  }

  #handle(event: LoggedEvent): void {
    // Another program may publish events of the same types on topics of its own.
    if (!this.topics.isRegistered(event.topic)) return;
    if (event.type === RoomJoined.type) this.#roomsChanged(ownerOf(event.topic));
    else if (event.type === RoomLeft.type) this.#roomLeft(event);
  }

  #arrive(view: UserView): void {
    const { userId } = view.user;
    clearTimeout(this.#leaving.get(userId));
    this.#leaving.delete(userId);
    this.#sendToNodes([userId], []);
    this.#sendAllTo(view);
  }

  #leaveSoon(userId: string): void {
    const leave = (): void => {
      this.#leaving.delete(userId);
      if (!this.subscribers.hasUser(userId)) this.#sendToNodes([], [userId]);
    };
    clearTimeout(this.#leaving.get(userId));
    // A reloaded page and a brief disconnection are not reported.
    this.#leaving.set(userId, setTimeout(leave, this.config.PRESENCE_GRACE).unref());
  }

  /** The user's rooms changed: the members of the new rooms learn that the user is online, and the user who else is. */
  #roomsChanged(userId: string): void {
    if (this.#onlineUsers.has(userId)) this.#sendStateOf(userId);
    for (const view of this.subscribers.viewsOf(userId)) this.#sendAllTo(view);
  }

  /** A user left a room: members who share no other room with the user see the user go offline. */
  #roomLeft({ data, topic, position }: LoggedEvent): void {
    const { roomId } = JSON.parse(data) as RoomLeft['data'];
    const userId = ownerOf(topic);
    if (!this.#onlineUsers.has(userId)) return;
    this.#jobs.add(`left ${position}`, () => this.#sendOfflineIn(roomId, userId));
    this.#roomsChanged(userId);
  }

  async #sendOfflineIn(roomId: string, userId: string): Promise<void> {
    // A user who hides a direct conversation is still a member, and the other one does not learn of it.
    if (await this.members.findMember(this.database.read, roomId, userId)) return;
    const presence = { online: [], offline: [userId], complete: false };
    this.transientEvents.sendLocally({
      topics: [roomTopic(roomId)],
      type: 'presence',
      data: presence,
    });
  }

  async #beat(): Promise<void> {
    const here = [...this.subscribers.users, ...this.#leaving.keys()];
    for (let i = 0; i < here.length; i += MAX_PER_MESSAGE)
      this.#sendToNodes(here.slice(i, i + MAX_PER_MESSAGE), []);
    for (const userId of this.#onlineUsers.forgetSilent(performance.now()))
      this.#sendStateOf(userId);
    this.#jobs.retryFailed();
  }

  #sendToNodes(here: readonly string[], gone: readonly string[]): void {
    this.#nodes.send({ node: this.#node, here, gone });
  }

  /** Includes messages of this node, so that all users are handled alike. */
  #receive({ node, here, gone }: NodeHeartbeat): void {
    const arrived = this.#onlineUsers.arrive(node, here, performance.now());
    const departed = gone.filter((userId) => this.#onlineUsers.depart(node, userId));
    for (const userId of [...arrived, ...departed]) this.#sendStateOf(userId);
  }

  /** Sends a subscriber every online user who shares a room of the view, in several events if there are many. */
  #sendAllTo(view: UserView): void {
    this.#jobs.add(`all ${view.key}`, async () => {
      const online = await this.#onlineFor(view);
      for (let i = 0; i < online.length; i += MAX_PER_EVENT) {
        const data = { online: online.slice(i, i + MAX_PER_EVENT), offline: [], complete: i === 0 };
        this.transientEvents.sendLocally({ topics: [], view: view.key, type: 'presence', data });
      }
    });
  }

  async #onlineFor({ named, user: { userId } }: UserView): Promise<string[]> {
    const companions = named
      ? await this.#companionsIn(named, userId)
      : await this.members.companionsOf(this.database.read, userId);
    if (companions.length === 0 && named?.has(accountTopic(userId)) === false) return [];
    await this.#catchUp();
    return [...new Set([userId, ...companions])].filter((id) => this.#onlineUsers.has(id));
  }

  async #companionsIn(named: ReadonlySet<string>, userId: string): Promise<string[]> {
    const { read } = this.database;
    const small = await this.members.smallRoomIdsOf(read, userId);
    const roomIds = small.filter((roomId) => named.has(roomTopic(roomId)));
    return this.members.membersOfAny(read, roomIds);
  }

  /**
   * Sends the state of a user to everyone who shares a room with the user. That a user went offline is also sent to large
   * rooms: the room may have grown since the user was reported as online.
   */
  #sendStateOf(userId: string): void {
    this.#jobs.add(`of ${userId}`, async () => {
      const { read } = this.database;
      const roomIds = this.#onlineUsers.has(userId)
        ? await this.members.smallRoomIdsOf(read, userId)
        : await this.members.roomIdsOf(read, userId);
      await this.#catchUp();
      // The state as of now: it may have changed during the query.
      const state = this.#onlineUsers.has(userId) ? 'online' : 'offline';
      const data = { online: [], offline: [], [state]: [userId], complete: false };
      const topics = [accountTopic(userId), ...roomIds.map(roomTopic)];
      this.transientEvents.sendLocally({ topics, type: 'presence', data });
    });
  }

  /** Waits until the streams have what was just read: a user who left a room by then must not see who is in it. */
  async #catchUp(): Promise<void> {
    await this.feed.reach((await this.log.state()).head);
  }
}

/** Everyone who can connect to the database can send a message. */
function isNodeHeartbeat(data: unknown): data is NodeHeartbeat {
  const { node, here, gone } = Object(data) as Partial<NodeHeartbeat>;
  return typeof node === 'string' && [here, gone].every(isListOfTexts);
}

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
