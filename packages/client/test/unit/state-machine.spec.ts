import fc from 'fast-check';
import { transition, type Conditions, type Input, type State } from '../../src/state-machine.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => console.info(`TEST_SEED=${seed}`));

const usual: Conditions = {
  needsSnapshot: false,
  offline: false,
  stale: false,
  startedOver: false,
  full: false,
  held: false,
};

/** The states that a connection goes through. */
function through(start: State, ...steps: (Input | [Input, Partial<Conditions>])[]): State[] {
  const states: State[] = [];
  let state = start;
  for (const step of steps) {
    const [input, conditions] = typeof step === 'string' ? [step, {}] : step;
    state = transition(state, input, { ...usual, ...conditions })?.state ?? state;
    states.push(state);
  }
  return states;
}

describe('a connection', () => {
  it('reads the snapshot, opens the stream, and retries after whatever ends it', () => {
    expect(
      through(
        'idle',
        ['start', { needsSnapshot: true }],
        'snapshotRead',
        'opened',
        'ended',
        'elapsed',
      ),
    ).toEqual(['reading', 'opening', 'live', 'waiting', 'opening']);
  });

  it('waits for the network instead of a time while the browser is offline', () => {
    expect(through('live', 'offline', 'online')).toEqual(['offline', 'opening']);
    expect(through('opening', ['ended', { offline: true }])).toEqual(['offline']);
  });

  it('starts over at once after a reset, and waits after the second in a row', () => {
    const again = { needsSnapshot: true };
    expect(through('live', ['reset', again])).toEqual(['reading']);
    expect(through('live', ['reset', { ...again, startedOver: true }])).toEqual(['waiting']);
  });

  it('stays open when its page is shown, unless a heartbeat is overdue', () => {
    expect(transition('live', 'shown', usual)).toBeNull();
    expect(transition('live', 'shown', { ...usual, stale: true })?.state).toBe('opening');
  });

  it('keeps the stream open for a full consumer if the transport can pause, and reopens it if not', () => {
    expect(transition('live', 'filled', usual)).toEqual({ state: 'full', effects: ['hold'] });
    expect(transition('full', 'drained', { ...usual, held: true })).toEqual({
      state: 'live',
      effects: ['release'],
    });
    expect(transition('full', 'drained', usual)?.state).toBe('opening');
  });

  it('opens nothing while the consumer is full', () => {
    expect(transition('waiting', 'elapsed', { ...usual, full: true })?.state).toBe('full');
  });

  it('asks the application about what another attempt does not change', () => {
    expect(through('opening', 'refused', 'recovered')).toEqual(['asking', 'opening']);
    expect(through('opening', 'refused', 'gaveUp', 'reconnect')).toEqual([
      'asking',
      'failed',
      'opening',
    ]);
    expect(through('opening', 'refused', ['recovered', { startedOver: true }])).toEqual([
      'asking',
      'waiting',
    ]);
  });
});

const STATES: State[] = [
  'idle',
  'reading',
  'opening',
  'live',
  'waiting',
  'offline',
  'hidden',
  'full',
  'asking',
  'failed',
  'closed',
];
const INPUTS: Input[] = [
  'start',
  'snapshotRead',
  'snapshotFailed',
  'opened',
  'ended',
  'silent',
  'reset',
  'refused',
  'renewed',
  'elapsed',
  'online',
  'offline',
  'shown',
  'hidden',
  'left',
  'filled',
  'drained',
  'recovered',
  'gaveUp',
  'reconnect',
  'close',
];

describe('whatever happens', () => {
  const conditions = fc.record({
    needsSnapshot: fc.boolean(),
    offline: fc.boolean(),
    stale: fc.boolean(),
    startedOver: fc.boolean(),
    full: fc.boolean(),
    held: fc.boolean(),
  });

  it('a closed connection does nothing, and every other can be closed', () => {
    for (const input of INPUTS) expect(transition('closed', input, usual)).toBeNull();
    for (const state of STATES.filter((state) => state !== 'closed'))
      expect(transition(state, 'close', usual)?.state).toBe('closed');
  });

  it('nothing is in flight twice: a state that starts something stops what was in flight first', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATES),
        fc.constantFrom(...INPUTS),
        conditions,
        (state, input, now) => {
          const effects = transition(state, input, now)?.effects ?? [];
          const starts = ['readSnapshot', 'openStream', 'wait', 'askApplication'];
          if (effects.some((effect) => starts.includes(effect))) expect(effects[0]).toBe('stop');
        },
      ),
      { seed },
    );
  });

  it('the stream comes back: once the page is visible, online and the consumer takes events, it is live, unless it gave up', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...INPUTS), conditions)), (steps) => {
        const before = through('idle', ['start', { needsSnapshot: true }], ...steps).at(-1)!;
        if (before === 'closed' || before === 'failed') return;
        const after = through(
          before,
          'shown',
          'online',
          'drained',
          'recovered',
          'elapsed',
          'snapshotRead',
          'opened',
        );
        expect(after.at(-1)).toBe('live');
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
