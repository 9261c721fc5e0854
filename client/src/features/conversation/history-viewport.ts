import { Listeners } from '../../state/listeners.js';
import { endOf, offsetIn, type Place } from './place.js';
import { RowHeights } from '../../ui/row-heights.js';
import { type Rows, rowsInSight, rowsToRender } from '../../ui/rows-in-view.js';

/** The height of a message of one line, in px; most messages have one line. */
const USUAL = 40;
/** Space before the first row and after the last row, in px. */
const MARGIN = 12;
/** A view within this distance of the end follows it, in px. */
const NEAR = 60;
/** Scrolling has ended after this time without a scroll event, in ms. */
const REST = 150;

/** What the view shows, by index. */
export interface View {
  readonly rendered: Rows;
  readonly inSight: Rows;
  /** The last loaded row whose lower edge is in sight. */
  readonly lastSeen: number;
  readonly atEnd: boolean;
}

const NOTHING: Rows = { from: 0, to: 0 };

interface Elements {
  readonly scroller: HTMLElement;
  /** As high as all rows together. */
  readonly all: HTMLElement;
  /** The rendered rows, one below the other; those with `data-held` are out of the flow. */
  readonly list: HTMLElement;
}

interface Content {
  readonly count: number;
  readonly isLoaded: (index: number) => boolean;
}

/**
 * Keeps a row of the history where it is in the view, whatever its neighbours, the composer or the window do. The browser
 * lays out the rendered rows; they are measured in the same frame, and the view is placed by the measured heights. Only
 * the user changes the row that is kept.
 *
 * While the user scrolls, `scrollTop` is not written: Safari would stop the scrolling. The rows are shifted instead, and
 * the shift is removed once the scrolling has ended.
 */
export class HistoryViewport {
  readonly #heights = new RowHeights(USUAL);
  readonly #changes = new Listeners();
  #elements: Elements | null = null;
  #content: Content = { count: 0, isLoaded: () => false };
  #place: Place = endOf(0);
  #view: View = { rendered: NOTHING, inSight: NOTHING, lastSeen: -1, atEnd: true };
  #shift = 0;
  /** The position as last seen here; a different one is the user's. Null: the list was not laid out. */
  #scrollTop: number | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #touched = false;
  /** Called when the view is at a place of the user's choice. */
  onRest = (): void => {};

  readonly view = (): View => this.#view;
  readonly subscribe = (listener: () => void): (() => void) => this.#changes.add(listener);

  get place(): Place {
    return this.#place;
  }

  /** @returns a function that detaches it */
  attach(elements: Elements): () => void {
    this.#elements = elements;
    const attached = new AbortController();
    const options = { signal: attached.signal, passive: true };
    const { scroller } = elements;
    scroller.addEventListener('scroll', () => this.#noticeScroll() && this.#publish(), options);
    scroller.addEventListener('touchstart', () => this.#touch(true), options);
    for (const end of ['touchend', 'touchcancel'])
      scroller.addEventListener(end, () => this.#touch(false), options);
    const resized = new ResizeObserver(() => this.#onResize());
    resized.observe(scroller);
    resized.observe(elements.list);
    return () => {
      attached.abort();
      resized.disconnect();
      clearTimeout(this.#resting);
    };
  }

  goTo(place: Place): void {
    this.#endScrolling();
    this.#place = place;
    // Wherever the list is now, it is not where the user wants to be.
    this.#scrollTop = null;
    this.#settle();
    this.onRest();
  }

  /** Shows a row at the nearest edge of the view. */
  reveal(index: number): void {
    const { inSight } = this.#view;
    const { count } = this.#content;
    if (index >= count - 1) return this.goTo(endOf(count));
    const offset = index <= inSight.from ? MARGIN : 'bottom';
    this.goTo({ index, offset, fromEnd: null });
  }

  /** Call it when rows have been rendered, before they are painted. */
  update(content: Content): void {
    const isLonger = content.count > this.#content.count;
    this.#content = content;
    if (isLonger && this.#place.fromEnd !== null) this.#place = endOf(content.count);
    this.#settle();
  }

  #onResize(): void {
    this.#settle(() => requestAnimationFrame(() => this.#publish()));
  }

  #settle(publish = () => this.#publish()): void {
    if (!this.#elements) return;
    // Not displayed; some browsers forget the position meanwhile.
    if (this.#elements.scroller.clientHeight === 0) return void (this.#scrollTop = null);
    this.#noticeScroll();
    this.#measure(this.#elements);
    this.#arrange(this.#elements);
    publish();
  }

  #measure({ list }: Elements): void {
    for (const row of list.children)
      this.#heights.set(indexOf(row), row.getBoundingClientRect().height);
  }

  #arrange(elements: Elements): void {
    const { scroller, all, list } = elements;
    const wanted = this.#wantedTop(scroller.clientHeight);
    this.#shift = this.#isScrolling ? scroller.scrollTop - wanted : 0;
    all.style.height = `${this.#total + this.#shift}px`;
    const first = this.#heights.startOf(this.#view.rendered.from);
    list.style.transform = `translateY(${MARGIN + first + this.#shift}px)`;
    for (const row of list.children as Iterable<HTMLElement>)
      row.style.top = row.dataset['held'] ? `${this.#heights.startOf(indexOf(row)) - first}px` : '';
    if (!this.#isScrolling) this.#scrollTo(scroller, wanted);
  }

  #scrollTo(scroller: HTMLElement, wanted: number): void {
    scroller.scrollTop = wanted;
    this.#scrollTop = scroller.scrollTop;
  }

  /** The distance of the view from the start of the list; see `#place`. */
  #wantedTop(size: number): number {
    const { index, fromEnd } = this.#place;
    const max = Math.max(0, this.#total - size);
    if (fromEnd !== null && !this.#isScrolling) return max - fromEnd;
    const height = this.#heights.heightOf(index);
    const offset = offsetIn(size, { ...this.#place, height, margin: MARGIN });
    const top = MARGIN + this.#heights.startOf(index) - offset;
    if (this.#content.isLoaded(index)) this.#place = { index, offset, fromEnd };
    if (this.#isScrolling || top < max - NEAR || !this.#isLoadedFrom(index)) return top;
    this.#place = { index, offset, fromEnd: Math.max(0, max - top) };
    return top;
  }

  #isLoadedFrom(index: number): boolean {
    const last = this.#content.count - 1;
    return this.#lastLoaded(index, last) === last;
  }

  /** The last row up to which all are loaded and measured. */
  #lastLoaded(from: number, to: number): number {
    for (let index = from; index <= to; index++)
      if (!this.#content.isLoaded(index) || !this.#heights.isMeasured(index)) return index - 1;
    return to;
  }

  get #total(): number {
    return 2 * MARGIN + this.#heights.startOf(this.#content.count);
  }

  get #isScrolling(): boolean {
    return this.#resting !== undefined;
  }

  /** @returns whether the user has scrolled since the last call */
  #noticeScroll(): boolean {
    const before = this.#scrollTop;
    if (!this.#elements || before === null) return false;
    const { scrollTop, scrollHeight, clientHeight } = this.#elements.scroller;
    const max = scrollHeight - clientHeight;
    if (Math.abs(scrollTop - before) <= 1) return false;
    this.#scrollTop = scrollTop;
    // The browser keeps the position within the list when the list or the view changes its size.
    if (max < before && scrollTop >= max - 1) return false;
    this.#keepFirstRow(this.#elements.scroller, max - scrollTop);
    this.#restLater();
    return true;
  }

  /** Up to the next scroll event, it is the first row in sight that stays where it is. */
  #keepFirstRow({ scrollTop }: HTMLElement, fromEnd: number): void {
    const top = scrollTop - this.#shift - MARGIN;
    const index = this.#heights.indexAt(top, this.#content.count);
    const offset = this.#heights.startOf(index) - top;
    this.#place = { index, offset, fromEnd: fromEnd <= NEAR ? Math.max(0, fromEnd) : null };
  }

  #touch(touched: boolean): void {
    this.#touched = touched;
    if (this.#isScrolling || touched) this.#restLater();
  }

  #restLater(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => (this.#touched ? this.#restLater() : this.#rest()), REST);
  }

  #rest(): void {
    this.#noticeScroll();
    this.#endScrolling();
    this.#settle();
    this.onRest();
  }

  #endScrolling(): void {
    clearTimeout(this.#resting);
    this.#resting = undefined;
  }

  #publish(): void {
    if (!this.#elements) return;
    const { scrollTop, clientHeight: size } = this.#elements.scroller;
    const { count } = this.#content;
    const extent = { top: scrollTop - this.#shift - MARGIN, size, count };
    const rendered = rowsToRender(this.#heights, extent, this.#view.rendered);
    const { lastWhole, ...inSight } = rowsInSight(this.#heights, extent);
    const lastSeen = this.#lastLoaded(inSight.from, lastWhole);
    const view = { rendered, inSight, lastSeen, atEnd: this.#place.fromEnd !== null };
    if (JSON.stringify(view) === JSON.stringify(this.#view)) return;
    this.#view = view;
    this.#changes.notify();
  }
}

const indexOf = (row: Element): number => Number((row as HTMLElement).dataset['index']);
