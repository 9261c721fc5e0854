import { useMemo } from 'react';
import { LazyModule } from '../../state/lazy-module.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { mayHaveMarkup } from './markup.js';

/** The parser, and what shows its results. */
export const formatter = new LazyModule(() => import('./formatter.js'));

/** The text of a message without markup; as it was written until the parser is loaded. */
export function usePlainText(text: string): string {
  const code = useLazyCode(formatter, mayHaveMarkup(text));
  return useMemo(() => (code ? code.withoutMarkup(text) : text), [code, text]);
}

/** The text of a message without markup. */
export async function plainTextOf(text: string): Promise<string> {
  if (!mayHaveMarkup(text)) return text;
  await formatter.load();
  return formatter.view()?.withoutMarkup(text) ?? text;
}
