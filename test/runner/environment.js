import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

const TIMERS = ['Immediate', 'Interval', 'Timeout'].flatMap((kind) => [
  `set${kind}`,
  `clear${kind}`,
]);
/** What fake timers replace. A spy on one of them, restored later, would put the fake back. */
const timers = () =>
  Object.fromEntries(['Date', ...TIMERS].map((name) => [name, globalThis[name]]));

/** What jest changes in the process for the time of one spec. The global object is that of the process itself. */
export default class ProcessEnvironment {
  global = globalThis;
  #kept = {
    console: globalThis.console,
    exit: Object.getOwnPropertyDescriptor(process, 'exit'),
    timers: timers(),
  };

  constructor({ projectConfig }) {
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  setup() {}

  teardown() {
    this.moduleMocker.restoreAllMocks();
    this.fakeTimersModern.dispose();
    Object.assign(globalThis, this.#kept.timers);
    globalThis.console = this.#kept.console;
    Object.defineProperty(process, 'exit', this.#kept.exit);
  }

  /** Nothing runs in a context of `node:vm`. */
  getVmContext() {
    return null;
  }
}
