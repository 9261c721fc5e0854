import { Injectable } from '@nestjs/common';

/** Whether this process is on its way out. */
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
