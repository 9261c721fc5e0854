import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type RunningApplication,
  startApplication,
  temporaryFolder,
} from './support/application.js';
import { listen } from './support/listener.js';
import { freePort } from './support/process.js';
import { createUser, patch, post, problemCode } from './support/requests.js';

function findNginx(): string | undefined {
  for (const path of ['nginx', '/usr/sbin/nginx'])
    try {
      execFileSync(path, ['-v'], { stdio: 'ignore' });
      return path;
    } catch {
      // Looked for in the next place.
    }
  return undefined;
}

const nginx = findNginx();
if (!nginx) console.info('There is no nginx on this machine; streams are not tested behind it.');
const onlyWithNginx = nginx ? describe : describe.skip;

onlyWithNginx('behind nginx with its default configuration', () => {
  const folder = temporaryFolder();
  let application: RunningApplication;
  let proxy: ChildProcess;
  let port: number;

  beforeAll(async () => {
    application = await startApplication({
      STREAM_HEARTBEAT: '500ms',
      TRUST_PROXY: '1',
      RATE_LIMIT_PER_MINUTE: '50',
    });
    port = await freePort();
    mkdirSync(join(folder, 'logs'));
    // Nothing but a proxy_pass: buffering, HTTP version and time-outs are nginx' own defaults.
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; pid nginx.pid; error_log logs/error.log; worker_processes 1;
       events {}
       http {
         access_log off;
         ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`).join(' ')}
         server { listen 127.0.0.1:${port}; location / { proxy_pass ${application.url}; }
           location /gzip/ {
             proxy_pass ${application.url}/;
             gzip on; gzip_types *; gzip_proxied any; gzip_http_version 1.0; gzip_min_length 1;
           }
           location /named/ {
             proxy_pass ${application.url}/; proxy_request_buffering off;
             proxy_set_header Host $http_host;
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
             proxy_set_header X-Forwarded-Host $http_host;
             proxy_set_header X-Forwarded-Proto $scheme;
           } }
       }`,
    );
    proxy = spawn(nginx!, ['-p', folder, '-c', 'nginx.conf', '-e', 'logs/error.log'], {
      stdio: 'ignore',
    });
    for (let tries = 0; tries < 200; tries++) {
      const up = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined);
      if (up?.ok) return;
      await sleep(25);
    }
    throw new Error('nginx did not start');
  });

  afterAll(async () => {
    proxy.kill('SIGQUIT');
    await once(proxy, 'exit');
    await application.stop();
    rmSync(folder, { recursive: true });
  });

  it('tells each fact when it happens, and a sign of life in silence', async () => {
    const listener = await listen(port, '/api/users/event');
    for (let n = 1; n <= 5; n++) {
      await createUser(`http://127.0.0.1:${port}`, `Proxied ${n}`);
      await listener.until(() => listener.of('update').length === n, 2000);
    }
    await listener.hears(2, 'heartbeat');
    await listener.close();
  });

  it('goes on from a cursor, by header and by query', async () => {
    const first = await listen(port, '/api/users/event');
    await first.close();
    const user = await createUser(application.url, 'Missed');
    const byHeader = await listen(port, '/api/users/event', {
      headers: { 'Last-Event-ID': first.cursor },
    });
    const byQuery = await listen(port, `/api/users/event?lastEventId=${first.cursor}`);
    for (const listener of [byHeader, byQuery]) {
      await listener.hears(1, 'update');
      expect(listener.of('update').map(({ data }) => data)).toEqual([user]);
      await listener.close();
    }
  });

  it('carries out a change with the tag that gzip has made weak', async () => {
    const { id } = await createUser(application.url, 'Gzip');
    const path = `http://127.0.0.1:${port}/gzip/api/users/${id}`;
    const headers = { 'Accept-Encoding': 'gzip, deflate, br' };
    const response = await fetch(path, { headers });
    const etag = response.headers.get('etag')!;
    expect([response.headers.get('content-encoding'), etag]).toEqual([
      'gzip',
      expect.stringMatching(/^W\//),
    ]);
    const same = await fetch(path, { headers: { ...headers, 'If-None-Match': etag } });
    expect(same.status).toBe(304);
    const change = () => patch(path, { firstname: 'Once' }, { ...headers, 'If-Match': etag });
    expect((await change()).status).toBe(200);
    expect((await change()).status).toBe(412);
  });

  it('a client that forges X-Forwarded-For has one address with the settings of docs/operations.md', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 60; n++) {
      const headers = { 'X-Forwarded-For': `192.0.2.${n}` };
      const body = { firstname: 'Forged', lastname: `${n}` };
      statuses.add((await post(`http://127.0.0.1:${port}/named/api/users`, body, headers)).status);
    }
    expect([...statuses]).toEqual([201, 429]);
  });

  it('passes on the refusal of a body that is too large', async () => {
    for (let n = 0; n < 10; n++) {
      const body = 'x'.repeat(900_000);
      const answer = await post(`http://127.0.0.1:${port}/named/api/users`, body);
      expect(await problemCode(answer)).toBe('content-too-large');
    }
  });
});
