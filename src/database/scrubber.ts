import {
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import ms from 'ms';
import type { Subscription } from 'rxjs';
import { ENGINE, type Engine } from './database.js';
import { inLog } from './errors.js';
import { UnitOfWork } from './unit-of-work.js';

/** How long after a redaction the files are scrubbed, which is so often at the most. */
const DELAY = ms('1m');

/** Has the database's files forget what was redacted, in the background. */
@Injectable()
export class Scrubber implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Scrubber.name);
  #redactions?: Subscription;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly work: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.#redactions = this.work.redacted.subscribe(() => this.#scrubSoon());
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    this.#redactions?.unsubscribe();
    clearTimeout(this.#timer);
  }

  #scrubSoon(): void {
    this.#timer ??= setTimeout(() => void this.#scrub(), DELAY).unref();
  }

  async #scrub(): Promise<void> {
    this.#timer = undefined;
    try {
      await this.engine.scrub();
    } catch (error) {
      if (this.#stopped) return;
      this.#logger.warn(inLog(error), 'The files were not scrubbed; it is tried again later.');
      this.#scrubSoon();
    }
  }
}
