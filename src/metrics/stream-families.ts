import type { Statistics, StreamState, StreamStatistics } from '@carillon/nestjs';
import type { Config } from '../config.js';
import { byLabel, counter, type Family, gauge, histogram, onceInTurn } from './family.js';

export function streamFamilies(statistics: Statistics, config: Config): Family[] {
  // It visits all streams.
  const state = onceInTurn(() => statistics.streamState());
  return [
    ...stateFamilies(statistics.streams, state),
    ...courseFamilies(statistics.streams),
    ...deliveryFamilies(statistics.streams),
    ...memoryFamilies(statistics, state, config),
  ];
}

const stateFamilies = (streams: StreamStatistics, state: () => StreamState): Family[] => [
  gauge('carillon_streams_open', 'Open streams.', () => streams.open),
  gauge(
    'carillon_streams_opening',
    'Streams that wait to be opened or are being opened, and JSON pages that wait.',
    () => state().opening,
  ),
  gauge(
    'carillon_streams_catching_up',
    'Open streams that read on from their cursor, or whose client does not read.',
    () => state().catchingUp,
  ),
  gauge(
    'carillon_streams_limit',
    'Streams that can be open at once: STREAM_MAX, or less if the limit on open files is too low.',
    () => state().maximum,
  ),
];

const courseFamilies = (streams: StreamStatistics): Family[] => [
  counter('carillon_streams_opened', 'Opened streams.', () => streams.opened),
  counter('carillon_streams_closed', 'Closed streams, by reason.', () =>
    byLabel('reason', streams.closes),
  ),
  counter('carillon_streams_refused', 'Streams that were closed instead of opened.', () =>
    byLabel('reason', streams.refusals),
  ),
  counter('carillon_stream_resets', 'Resets that clients got, by reason.', () =>
    byLabel('reason', streams.resets),
  ),
];

const deliveryFamilies = (streams: StreamStatistics): Family[] => [
  counter('carillon_deliveries', 'Events written to streams.', () => streams.deliveries),
  counter('carillon_stream_writes', 'Writes to sockets of streams.', () => streams.writes),
  counter('carillon_stream_sent_bytes', 'Bytes written to streams.', () => streams.bytes),
  histogram(
    'carillon_delivery_lag_seconds',
    'Time from recording an event to its last live subscriber of one view in one process.',
    () => streams.lag,
  ),
];

const memoryFamilies = (
  statistics: Statistics,
  state: () => StreamState,
  { STREAM_BACKLOG_BYTES, STREAM_RING_BYTES }: Config,
): Family[] => [
  gauge(
    'carillon_stream_backlog_bytes',
    'Bytes that wait in the sockets of streams, which STREAM_BACKLOG_BYTES bounds.',
    () => state().pendingBytes,
  ),
  gauge(
    'carillon_stream_backlog_limit_bytes',
    'STREAM_BACKLOG_BYTES of all processes.',
    () => STREAM_BACKLOG_BYTES,
  ),
  gauge(
    'carillon_stream_retained_bytes',
    'Memory that is really in use for waiting frames, recent events and pages.',
    () => byLabel('content', statistics.retainedBytes),
  ),
  gauge('carillon_stream_ring_bytes', 'What STREAM_RING_BYTES bounds, by content.', () =>
    byLabel('content', statistics.recentBytes),
  ),
  gauge(
    'carillon_stream_ring_limit_bytes',
    'STREAM_RING_BYTES of all processes.',
    () => STREAM_RING_BYTES,
  ),
];
