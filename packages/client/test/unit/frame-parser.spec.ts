import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { FrameParser } from '../../src/frame-parser.js';
import type { Frame } from '../../src/transport.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

beforeAll(() => console.info(`TEST_SEED=${seed}`));

interface Parsed {
  readonly frames: Frame[];
  readonly retries: number[];
}

function parse(pieces: readonly string[]): Parsed {
  const retries: number[] = [];
  const parser = new FrameParser((milliseconds) => retries.push(milliseconds));
  return { frames: pieces.flatMap((piece) => parser.feed(piece)), retries };
}

/** As another parser reads them. It reports an id before its event, and an empty one too. */
function expected(text: string): Parsed {
  const frames: Frame[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onId: (id) => id !== '' && frames.push({ type: null, data: '', id }),
    onEvent: ({ event = 'message', data, id }) => {
      if (id) frames.pop();
      frames.push({ type: event, data, id: id || null });
    },
    onRetry: (milliseconds) => retries.push(milliseconds),
  });
  parser.feed(text);
  return { frames, retries };
}

describe('the frames of a stream', () => {
  const words = ['data', 'event', 'id', 'retry', ':', ' ', '1', 'ö⏰', '\0', '\u2028', 'x: y'];
  const pieceOfLine = fc.constantFrom(...words);
  const line = fc.oneof(
    fc.array(pieceOfLine, { maxLength: 5 }).map((pieces) => pieces.join('')),
    fc.constantFrom('data: 1', 'event: x', 'id: 7', 'retry: 250', 'data', 'id', ''),
  );
  const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
  const stream = fc
    .array(fc.tuple(line, lineEnd), { maxLength: 20 })
    .map((lines) => lines.flat().join(''));

  it('are those that eventsource-parser reads, wherever the text is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 200 })), (text, cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const pieces = places.map((place, index) => text.slice(place, places[index + 1]));
        expect(parse(pieces)).toEqual(expected(text));
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('end when their last line has ended, also if a line feed may follow', () => {
    expect(parse(['data: 1\r\r']).frames).toEqual([{ type: 'message', data: '1', id: null }]);
    expect(parse(['data: 1\n\ndata: 2\n']).frames).toHaveLength(1);
  });

  it('may be large and arrive in many pieces', () => {
    const pieces = Array.from({ length: 5_000 }, () => 'x'.repeat(4_000));
    const { frames } = parse(['data: ', ...pieces, '\n\n']);
    expect(frames.map(({ data }) => data.length)).toEqual([20_000_000]);
  });
});
