/** The most digits of a number, so that it is exact. */
const NUMBER = '[\\da-f]{1,13}';
const SNAPSHOT = new RegExp(`^(${NUMBER}):(${NUMBER}):((?:${NUMBER}(?:,${NUMBER})*)?)$`);
/** The most transactions in progress. `carillon.cursor()` refuses more. */
const MAX_RUNNING = 4000;

/**
 * The transactions that a snapshot of another program sees: all below `xmin`, and those from `xmin` to below `xmax` that were
 * not running. On SQLite, the numbers are ids of the inbox, and none is running.
 */
export class Snapshot {
  private constructor(
    private readonly text: string,
    private readonly xmin: number,
    private readonly xmax: number,
    private readonly running: ReadonlySet<number>,
  ) {}

  /**
   * Reads `<xmin>:<xmax>:<running>`, as the databases write it. The numbers are hexadecimal: `xmax` is relative to `xmin`, and
   * each running transaction to the one before it, the first to `xmin`.
   *
   * @returns `undefined` if the text has another form.
   */
  static parse(text: string): Snapshot | undefined {
    const [, first, length, gaps] = SNAPSHOT.exec(text) ?? [];
    if (first === undefined || length === undefined || gaps === undefined) return undefined;
    const xmin = Number.parseInt(first, 16);
    const running = new Set<number>();
    let xid = xmin;
    for (const gap of gaps === '' ? [] : gaps.split(','))
      running.add((xid += Number.parseInt(gap, 16)));
    if (running.size > MAX_RUNNING) return undefined;
    return new Snapshot(text, xmin, xmin + Number.parseInt(length, 16), running);
  }

  /** @param xid `null` for an event of a unit of work, whose position alone decides. */
  sees(xid: number | null): boolean {
    if (xid === null || xid >= this.xmax) return false;
    return xid < this.xmin || !this.running.has(xid);
  }

  toString(): string {
    return this.text;
  }
}
