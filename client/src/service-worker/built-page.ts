/** What the build writes into the service worker. */
export interface BuiltPage {
  /** Differs for each build of the page. */
  readonly version: string;
  /** The script that starts the page: the HTML of this build contains it. */
  readonly entry: string;
  /** The files that the page needs to open. */
  readonly files: readonly string[];
  readonly icon: string;
}
