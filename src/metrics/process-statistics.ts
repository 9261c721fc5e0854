import { Histogram } from '@carillon/nestjs/internal';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { constants, performance, PerformanceObserver } from 'node:perf_hooks';
import { Config } from '../config.js';
import { areMetricsOn } from './settings.js';

/** Milliseconds between two measurements of the event loop. Each takes some microseconds. */
const LOOP_INTERVAL = 20;
/** Upper bounds in seconds. */
const DELAYS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const PAUSES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

const KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak_callbacks'],
]);

/** What node reports of a garbage collection. */
interface Collection {
  readonly detail: { readonly kind: number };
  readonly duration: number;
}

/**
 * Measures the event loop and the garbage collector while metrics are on. `monitorEventLoopDelay` of node has
 * percentiles, which cannot be summed over processes, and has to be reset, so that two scrapers would disturb each other.
 */
@Injectable()
export class ProcessStatistics implements OnModuleInit, OnModuleDestroy {
  /** How late timers are, in seconds. */
  readonly loopDelays = new Histogram(DELAYS);
  /** Seconds of each garbage collection, by its kind. */
  readonly collections = new Map([...KINDS.values()].map((kind) => [kind, new Histogram(PAUSES)]));
  readonly #observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries() as unknown as Collection[])
      this.collections.get(KINDS.get(detail.kind)!)?.observe(duration / 1000);
  });
  #timer?: NodeJS.Timeout;

  constructor(private readonly config: Config) {}

  onModuleInit(): void {
    if (!areMetricsOn(this.config)) return;
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#measureLoop();
  }

  onModuleDestroy(): void {
    this.#observer.disconnect();
    clearInterval(this.#timer);
  }

  #measureLoop(): void {
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.loopDelays.observe(Math.max(0, now - last - LOOP_INTERVAL) / 1000);
      last = now;
    }, LOOP_INTERVAL).unref();
  }
}
