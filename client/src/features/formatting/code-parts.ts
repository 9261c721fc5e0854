/** A part of highlighted code. */
export type CodePart =
  string | { readonly classes: string; readonly children: readonly CodePart[] };

export interface HighlightRequest {
  readonly code: string;
  /** In lower case. */
  readonly language: string;
}
