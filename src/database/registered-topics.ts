/** Which topics belong to a feature of this application. Events on any other topic are refused when they are recorded. */
export abstract class RegisteredTopics {
  abstract isRegistered(topic: string): boolean;
}
