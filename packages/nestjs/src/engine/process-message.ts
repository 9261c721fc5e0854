/** A message of one process to all others: a commit, or a list of messages. */
export interface ProcessMessage {
  readonly carillon: 'committed' | { readonly messages: string };
}
