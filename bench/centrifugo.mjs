import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program, named by the environment: it is no npm package. */
export const CENTRIFUGO = process.env['CENTRIFUGO'];

const CHANNEL = 'users';
const SUBSCRIPTION = JSON.stringify({ subs: { [CHANNEL]: {} } });

/** Its transport for EventSource, and its HTTP API. */
export const centrifugoPaths = {
  listenPath: `/connection/uni_sse?cf_connect=${encodeURIComponent(SUBSCRIPTION)}`,
  publishPath: '/api/publish',
  channel: CHANNEL,
};

export function centrifugoVersion() {
  if (!CENTRIFUGO) return undefined;
  const text = execFileSync(CENTRIFUGO, ['version'], { encoding: 'utf8' });
  return /[\d.]+/.exec(text)?.[0];
}

/**
 * The memory engine with history, so that subscribers can resume, as those of Carillon can.
 *
 * @param {number} port
 * @param {string} folder
 * @returns {string} the file
 */
export function centrifugoConfiguration(port, folder) {
  const file = join(folder, 'centrifugo.json');
  const configuration = {
    http_server: { address: '127.0.0.1', port: String(port) },
    http_api: { insecure: true },
    client: { insecure: true, allowed_origins: ['*'] },
    uni_sse: { enabled: true },
    log: { level: 'error' },
    channel: {
      without_namespace: {
        allow_subscribe_for_client: true,
        history_size: 1000,
        history_ttl: '300s',
        force_recovery: true,
      },
    },
  };
  writeFileSync(file, JSON.stringify(configuration));
  return file;
}
