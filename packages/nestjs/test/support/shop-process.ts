import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundledProgram } from './bundled-program.js';

/** The most milliseconds that it may take to say something. */
const PATIENCE = 40_000;

let bundled: Promise<string> | undefined;
const bundledCluster = () => (bundled ??= bundledProgram('shop-cluster', 'shop-app'));
const bundledShop = async () => join(dirname(await bundledCluster()), 'shop-app.js');

/** `shop-app.ts` in a process of its own, or a cluster with its workers. */
export class ShopProcess {
  output = '';
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(file: string, environment: Record<string, string>) {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    this.#child = spawn(process.execPath, [file], {
      env: { PATH, NODE_COMPILE_CACHE, ...environment },
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#exited = once(this.#child, 'close');
  }

  static async start(url: string, environment: Record<string, string> = {}): Promise<ShopProcess> {
    const shop = new ShopProcess(await bundledShop(), { DATABASE_URL: url, ...environment });
    await shop.says('ready');
    return shop;
  }

  /** Starts a primary process with several workers. */
  static async startCluster(url: string, file = bundledCluster()): Promise<ShopProcess> {
    const shop = new ShopProcess(await file, { DATABASE_URL: url });
    await shop.says('all ready');
    return shop;
  }

  /** Resolves when it has written the text. */
  async says(text: string): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (!this.output.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`It ended: ${this.output}`);
      if (performance.now() > deadline) throw new Error(`Not "${text}", but: ${this.output}`);
      await sleep(5);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, also where it is paused. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.#exited;
  }
}
