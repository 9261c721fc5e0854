import type { RequestStatistics } from '../http/request-statistics.js';
import { byLabel, counter, type Family, gauge, histogram } from './family.js';

export function httpFamilies(
  requests: RequestStatistics,
  connections: () => Promise<number>,
): Family[] {
  return [
    counter('carillon_http_requests', 'Requests, by route and status.', () =>
      requests.routes.flatMap(({ method, route, statuses }) =>
        Array.from(statuses, ([status, count]) => [{ method, route, status }, count] as const),
      ),
    ),
    histogram(
      'carillon_http_request_duration_seconds',
      'Time from the head of a request to the end of its response. A stream ends when it is open.',
      () => requests.routes.map(({ method, route, durations }) => [{ method, route }, durations]),
    ),
    gauge(
      'carillon_http_requests_in_flight',
      'Requests without a response.',
      () => requests.inFlight,
    ),
    gauge('carillon_http_connections', 'Open connections, including streams.', connections),
    counter('carillon_http_problems', 'Responses with a problem document, by its code.', () =>
      byLabel('code', requests.problems),
    ),
  ];
}
