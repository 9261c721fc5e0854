/** Groups of routes in the description of the API by name, each with what it is about. */
export type ApiTags = Readonly<Record<string, string>>;

declare module '@carillon/nestjs' {
  interface Feature {
    /** The groups of the feature's routes. */
    readonly apiTags?: ApiTags;
  }
}

/** Groups of routes that belong to no feature. */
export const COMMON_TAGS: ApiTags = {
  Operations: 'Health checks for load balancers and supervisors.',
  Streams: 'Every event that the caller may see, as Server-Sent Events.',
};
