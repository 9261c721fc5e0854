import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CHEAP_HASHES } from './cheap-hashes.js';
import { temporaryFolder } from './files.js';
import { freePort } from './ports.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** Saves a tenth of the CPU time of a start, which is spent on garbage collections while the heap is small. */
const YOUNG = '--min-semi-space-size=16';

/** A real Carillon in a process of its own, as `npm run build` made it, with cheap hashes. */
export class CarillonProcess {
  output = '';
  /** Is called with all output so far, as soon as there is more. */
  onOutput?: (output: string) => void;
  errors = '';
  readonly url: string;
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;

  constructor(
    readonly port: number,
    readonly folder: string,
    environment: Record<string, string> = {},
  ) {
    this.url = `http://127.0.0.1:${port}`;
    // A process may not open more files than that; node itself raises a lower soft limit.
    const { OPEN_FILES, ...rest } = environment;
    const command = [process.execPath, YOUNG, MAIN];
    const limited = OPEN_FILES ? ['sh', '-c', `ulimit -n ${OPEN_FILES}; exec "$0" "$@"`] : [];
    const [program, ...parameters] = [...limited, ...command];
    this.#child = spawn(program!, parameters, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        PORT: String(port),
        HOST: '127.0.0.1',
        RATE_LIMIT_PER_MINUTE: '0',
        READ_LIMIT_PER_MINUTE: '0',
        SHUTDOWN_DELAY: '0s',
        ...CHEAP_HASHES,
        ...rest,
      },
    });
    this.#child.stdout!.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
      this.onOutput?.(this.output);
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.exited = once(this.#child, 'close').then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  /** Starts one and waits until it listens; on a port and in a folder of its own unless they are given. */
  static async start(
    environment: Record<string, string> = {},
    port?: number,
    folder: string = temporaryFolder(),
  ): Promise<CarillonProcess> {
    const carillon = new CarillonProcess(port ?? (await freePort()), folder, environment);
    await carillon.says('Listening at');
    return carillon;
  }

  /** Resolves when it has logged the text. */
  async says(text: string): Promise<void> {
    let running = true;
    void this.exited.then(() => (running = false));
    while (!this.output.includes(text)) {
      if (!running) throw new Error(`It ended without saying "${text}": ${this.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it as a power cut would end it. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.exited;
  }
}

/** Starts one where it cannot start, and returns the one line that it says. */
export async function refusal(
  environment: Record<string, string>,
  folder: string,
  port?: number,
): Promise<string> {
  const carillon = new CarillonProcess(port ?? (await freePort()), folder, environment);
  expect(await carillon.exited).toBe(1);
  expect(carillon.errors.trimEnd().split('\n')).toHaveLength(1);
  expect(carillon.output).toBe('');
  return carillon.errors.trimEnd();
}
