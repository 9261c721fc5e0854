import { type TopicUrl, topicUrl, type UrlPattern } from './url-pattern.js';

/** The topics of one event. Each is parsed as a URL once, and each pattern is evaluated once, whoever asks. */
export class EventTopics {
  #urls: readonly TopicUrl[] | undefined;
  readonly #results = new Map<string, boolean>();

  /** @param base what relative topics are resolved against. */
  constructor(
    readonly topics: readonly string[],
    private readonly base: string,
  ) {}

  /** The topics as URLs; those that are none are missing. */
  get urls(): readonly TopicUrl[] {
    return (this.#urls ??= this.topics.flatMap((topic) => topicUrl(topic, this.base) ?? []));
  }

  /** Whether a pattern matches one of them. */
  match(pattern: UrlPattern): boolean {
    // Most patterns end here, without an entry for their result.
    if (!this.urls.some(({ pathname }) => pathname.startsWith(pattern.pathPrefix))) return false;
    let result = this.#results.get(pattern.source);
    if (result === undefined) {
      result = this.urls.some((url) => pattern.matches(url));
      this.#results.set(pattern.source, result);
    }
    return result;
  }
}
