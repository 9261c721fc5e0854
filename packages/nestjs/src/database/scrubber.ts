import {
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import ms from 'ms';
import type { Subscription } from 'rxjs';
import { ENGINE, type Engine } from '../engine/database.js';
import { inLog } from '../engine/errors.js';
import { Features } from '../feature/features.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';

/**
 * The delay between a redaction and the scrub of the database files, which is also the minimum interval between two
 * scrubs.
 */
const DELAY = ms('1m');

/** Removes redacted data from the database files in the background. */
@Injectable()
export class Scrubber implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Scrubber.name);
  #redactions?: Subscription;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly work: UnitOfWork,
    private readonly features: Features,
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
      await this.engine.scrub(this.features.tables.map(({ name }) => name));
    } catch (error) {
      if (this.#stopped) return;
      this.#logger.warn(
        inLog(error),
        'The database files could not be scrubbed. Carillon tries again later.',
      );
      this.#scrubSoon();
    }
  }
}
