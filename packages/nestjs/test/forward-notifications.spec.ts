import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../../test/support/files.js';
import { until } from '../../../test/support/wait.js';
import { bundledProgram } from './support/bundled-program.js';
import { ShopProcess } from './support/shop-process.js';

describe('a cluster of an application, whose primary process forwards notifications', () => {
  const folder = temporaryFolder();
  let cluster: ShopProcess;

  beforeAll(async () => {
    const url = `sqlite:${join(folder, 'notices.db')}`;
    cluster = await ShopProcess.startCluster(url, bundledProgram('notices-cluster'));
  });
  afterAll(async () => {
    await cluster.kill();
    rmSync(folder, { recursive: true });
  });

  const received = (): string[] => cluster.output.match(/\d+ received \w+/g) ?? [];

  it('delivers a transient event of one worker in the other, once, and no message of the application', async () => {
    await until(() => received().filter((line) => line.endsWith('two')).length === 2);
    expect(
      received()
        .map((line) => line.split(' ').at(-1))
        .toSorted(),
    ).toEqual(['one', 'one', 'two', 'two']);
    expect(new Set(received().map((line) => line.split(' ')[0])).size).toBe(2);
    expect(cluster.output).not.toContain('of the application');
  });
});
