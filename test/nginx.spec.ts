import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { type RunningApplication, startApplication } from './support/application.js';
import { temporaryFolder } from './support/files.js';
import { subscribe } from './support/raw-subscriber.js';
import { freePort } from './support/ports.js';
import { createUser, patch, post, problemCode } from './support/requests.js';
import { until } from './support/wait.js';

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
    const live = `http://127.0.0.1:${port}/health/live`;
    await until(async () => (await fetch(live).catch(() => undefined))?.ok ?? false, 5);
  });

  afterAll(async () => {
    proxy.kill('SIGQUIT');
    await once(proxy, 'exit');
    await application.stop();
    rmSync(folder, { recursive: true });
  });

  it('forwards each event immediately, and heartbeats in between', async () => {
    const subscriber = await subscribe(port, '/api/users/event');
    for (let n = 1; n <= 5; n++) {
      await createUser(`http://127.0.0.1:${port}`, `Proxied ${n}`);
      await subscriber.until(() => subscriber.of('update').length === n, 2000);
    }
    await subscriber.receives(2, 'heartbeat');
    await subscriber.close();
  });

  it('resumes from a cursor in the header and in the query', async () => {
    const first = await subscribe(port, '/api/users/event');
    await first.close();
    const user = await createUser(application.url, 'Missed');
    const byHeader = await subscribe(port, '/api/users/event', {
      headers: { 'Last-Event-ID': first.cursor },
    });
    const byQuery = await subscribe(port, `/api/users/event?lastEventId=${first.cursor}`);
    for (const subscriber of [byHeader, byQuery]) {
      await subscriber.receives(1, 'update');
      expect(subscriber.of('update').map(({ data }) => data)).toEqual([user]);
      await subscriber.close();
    }
  });

  it('accepts a change with an entity tag that gzip has made weak', async () => {
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

  it('gives a client that forges X-Forwarded-For one address with the settings of docs/operations.md', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 60; n++) {
      const headers = { 'X-Forwarded-For': `192.0.2.${n}` };
      const body = { firstname: 'Forged', lastname: `${n}` };
      statuses.add((await post(`http://127.0.0.1:${port}/named/api/users`, body, headers)).status);
    }
    expect([...statuses]).toEqual([201, 429]);
  });

  it('forwards the response to a body that is too large', async () => {
    for (let n = 0; n < 10; n++) {
      const body = 'x'.repeat(900_000);
      const answer = await post(`http://127.0.0.1:${port}/named/api/users`, body);
      expect(await problemCode(answer)).toBe('content-too-large');
    }
  });
});
