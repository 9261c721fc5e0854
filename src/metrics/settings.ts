import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../config.js';

type Settings = Pick<Config, 'METRICS_PORT' | 'METRICS_TOKEN'>;

export const areMetricsOn = ({ METRICS_PORT, METRICS_TOKEN }: Settings): boolean =>
  METRICS_PORT > 0 || METRICS_TOKEN !== '';

/** Whether a request may read the metrics. Compared in constant time, as digests, which have the same length. */
export function mayRead(authorization: string | undefined, { METRICS_TOKEN }: Settings): boolean {
  if (METRICS_TOKEN === '') return true;
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return timingSafeEqual(digest(token), digest(METRICS_TOKEN));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
