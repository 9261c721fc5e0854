import type { TopicMatcher } from '@carillon/nestjs';
import { escapedInPattern } from './topic-patterns.js';

const EXPRESSION = /\{([+]?)[\w.%,*:]+\}/g;

/**
 * A URI template (RFC 6570) as a URL pattern: `{id}` stands for a part of one segment, `{+path}` for any characters.
 *
 * @returns `undefined` if the template has other expressions, such as `{?query}`.
 */
export function uriTemplateMatcher(template: string): TopicMatcher | undefined {
  const parts = template.split(EXPRESSION);
  let pattern = '';
  for (const [index, part] of parts.entries())
    if (index % 2 === 1) pattern += part === '+' ? '*' : `{:v${index}}`;
    else if (/[{}]/.test(part)) return undefined;
    else pattern += escapedLiteral(part);
  return { kind: 'urlpattern', pattern };
}

/** A literal may be the start of a URL: the delimiters of its scheme and its query stay, the former escaped. */
function escapedLiteral(text: string): string {
  const [, scheme = ''] = /^([a-z][a-z\d+.-]*):/i.exec(text) ?? [];
  const rest = scheme === '' ? text : text.slice(scheme.length + 1);
  const escaped = rest.split('?').map(escapedInPattern).join('\\?');
  return scheme === '' ? escaped : `${scheme}\\:${escaped}`;
}
