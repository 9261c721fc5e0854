/** Helpers for the tests of an application. */
export { createTestingCarillon, type TestingCarillon } from './testing/create-testing-carillon.js';
export {
  type ExpectedEvent,
  expectEvents,
  recordedEvents,
  type RecordedTestEvent,
} from './testing/expect-events.js';
