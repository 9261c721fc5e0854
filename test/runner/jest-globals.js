const current = () => globalThis[Symbol.for('carillon.jest')];

/** What specs import from `@jest/globals`: the functions of the environment in which the current spec runs. */
export const jest = {
  fn: (...values) => current().moduleMocker.fn(...values),
  spyOn: (...values) => current().moduleMocker.spyOn(...values),
  replaceProperty: (...values) => current().moduleMocker.replaceProperty(...values),
  isMockFunction: (value) => current().moduleMocker.isMockFunction(value),
  restoreAllMocks: () => current().moduleMocker.restoreAllMocks(),
  useFakeTimers: (...values) => current().fakeTimersModern.useFakeTimers(...values),
  useRealTimers: () => current().fakeTimersModern.useRealTimers(),
  advanceTimersByTime: (ms) => current().fakeTimersModern.advanceTimersByTime(ms),
  advanceTimersByTimeAsync: (ms) => current().fakeTimersModern.advanceTimersByTimeAsync(ms),
};
