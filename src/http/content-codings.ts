import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** The content codings of responses, in order of preference. */
export const CODINGS = ['br', 'gzip', 'identity'] as const;

export type ContentCoding = (typeof CODINGS)[number];

const ELEMENT = /^\s*([^\s;]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i;

/** The content codings that a client accepts: `Accept-Encoding`, RFC 9110, 12.5.3. */
export class AcceptedCodings {
  readonly #weights: ReadonlyMap<string, number> | undefined;

  constructor(header: string | undefined) {
    this.#weights = header === undefined ? undefined : parse(header);
  }

  /** Without the header, every coding is acceptable. */
  readonly isAcceptable = (coding: string): boolean => this.#weightOf(coding) > 0;

  /**
   * The best available coding; `undefined` if the client accepts none of them. Without the header it is `identity`,
   * because most clients without it do not decompress.
   */
  best(available: readonly ContentCoding[]): ContentCoding | undefined {
    if (!this.#weights) return 'identity';
    const acceptable = CODINGS.filter((coding) => available.includes(coding)).filter(
      this.isAcceptable,
    );
    return acceptable.toSorted((one, other) => this.#weightOf(other) - this.#weightOf(one))[0];
  }

  #weightOf(coding: string): number {
    if (!this.#weights) return 1;
    const listed = this.#weights.get(coding) ?? this.#weights.get('*');
    // A coding that is not listed comes last.
    return listed ?? (coding === 'identity' ? Number.MIN_VALUE : 0);
  }
}

function parse(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const element of header.split(',')) {
    const [, coding, weight = '1'] = ELEMENT.exec(element) ?? [];
    if (coding !== undefined) weights.set(coding.toLowerCase().replace(/^x-/, ''), Number(weight));
  }
  return weights;
}

const brotli = promisify(brotliCompress);
const deflated = promisify(gzip);

/** Compresses in the thread pool. The quality levels were measured: docs/decisions/0013-compression.md. */
export function encode(content: Buffer, coding: 'br' | 'gzip'): Promise<Buffer> {
  if (coding === 'gzip') return deflated(content);
  return brotli(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 4,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}

const kept = {
  br: new WeakMap<Buffer, Promise<Buffer>>(),
  gzip: new WeakMap<Buffer, Promise<Buffer>>(),
};

/** The same for content that is sent repeatedly: the result is cached as long as the content exists. */
export function encodeOnce(content: Buffer, coding: 'br' | 'gzip'): Promise<Buffer> {
  const encoded = kept[coding].get(content) ?? encode(content, coding);
  kept[coding].set(content, encoded);
  return encoded;
}
