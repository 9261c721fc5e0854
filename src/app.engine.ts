import type { CarillonModuleOptions } from '@carillon/nestjs';
import { HUB_PATH } from '@carillon/nestjs/internal';
import type { Request } from 'express';
import { type Config, switchedOff } from './config.js';
import { publicUrl } from './public-url.js';
import { subscriberOf } from './http/caller.js';
import { networkOf } from './http/client-address.js';

/** Converts the operator's configuration into the options of the engine. */
export const engineOptions = (config: Config): CarillonModuleOptions => ({
  database: config.DATABASE_URL,
  databaseSetting: 'DATABASE_URL',
  schema: config.DATABASE_SCHEMA,
  connections: config.DATABASE_CONNECTIONS,
  off: switchedOff(config),
  topicBase: `${publicUrl(config)}${HUB_PATH}`,
  stream: {
    heartbeat: config.STREAM_HEARTBEAT,
    stallTimeout: config.STREAM_STALL_TIMEOUT,
    lifetime: config.STREAM_LIFETIME,
    max: config.STREAM_MAX,
    maxPerNetwork: config.STREAM_MAX_PER_ADDRESS,
    maxPerUser: config.STREAM_MAX_PER_USER,
    anonymousReplay: config.STREAM_ANONYMOUS_REPLAY,
    recentBytes: config.STREAM_RING_BYTES,
    backlogBytes: config.STREAM_BACKLOG_BYTES,
    direct: config.STREAM_DIRECT,
  },
  retention: { age: config.EVENTS_RETENTION_AGE, count: config.EVENTS_RETENTION_COUNT },
  maxWaitingCommands: config.COMMANDS_WAITING_MAX,
  caller: ({ caller, subscriber }: Request) => subscriber ?? (caller && subscriberOf(caller)),
  network: networkOf,
});
