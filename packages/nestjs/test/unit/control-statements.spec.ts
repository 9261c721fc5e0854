import { ControlStatements } from '../../src/postgres/control-statements.js';

const [SAVEPOINT, RELEASE, ROLLBACK] = [
  'savepoint command',
  'release savepoint command',
  'rollback to savepoint command',
];
let control: ControlStatements;

beforeEach(() => {
  control = new ControlStatements();
});

it('sends the release of a command with the savepoint of the next one', () => {
  control.savepoint();
  expect(control.take()).toBe(SAVEPOINT);
  control.release();
  control.savepoint();
  expect(control.take()).toBe(`${RELEASE}; ${SAVEPOINT}`);
  expect(control.take()).toBe('');
});

it('sends nothing for a command without statements', () => {
  control.savepoint();
  control.release();
  expect(control.take()).toBe('');
  control.savepoint();
  expect(control.undo()).toBe('');
  expect(control.take()).toBe('');
});

it('undoes inner savepoints whose release is pending, from the innermost to the outermost', () => {
  control.savepoint();
  control.take();
  control.savepoint();
  control.take();
  control.release();
  expect(control.undo()).toBe([ROLLBACK, RELEASE, ROLLBACK, RELEASE].join('; '));
});

it('limits lock waits once in a transaction, and not during its commit', () => {
  control.limitLockWaits();
  expect(control.take()).toContain("lock_timeout = '5ms'");
  control.limitLockWaits();
  expect(control.take()).toBe('');
  expect(control.takeBeforeCommit()).toContain('lock_timeout = 0');
});

it('limits lock waits again after a rollback', () => {
  control.limitLockWaits();
  control.restart();
  expect(control.takeBeforeCommit()).toBe('');
  control.limitLockWaits();
  expect(control.take()).toContain("lock_timeout = '5ms'");
});
