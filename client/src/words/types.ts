/** Texts by problem code; the codes are those of `src/http/problems.ts`. */
export type ProblemTexts = Readonly<Record<string, string>>;
