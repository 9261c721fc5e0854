import { Injectable } from '@nestjs/common';

/** Knows whether this process is shutting down. */
@Injectable()
export class Lifecycle {
  #stopping = false;

  get isStopping(): boolean {
    return this.#stopping;
  }

  stop(): void {
    this.#stopping = true;
  }
}
