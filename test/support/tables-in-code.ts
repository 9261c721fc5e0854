import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The methods of Kysely that take the name of a table. */
const METHODS = new Set([
  'selectFrom',
  'insertInto',
  'updateTable',
  'deleteFrom',
  'innerJoin',
  'leftJoin',
  'fullJoin',
  'createTable',
  'alterTable',
]);
/** What comes before the name of a table in SQL. */
const IN_SQL = /\b(?:from|join|into|update|table|truncate)\s+(?:only\s+)?"?([a-z_]+)"?/gi;
/** How a text that is SQL begins, where no tag says so. */
const BEGINNING = /^\s*(?:select|insert|update|delete|with|alter|truncate|merge)\s/i;

/** The tables that the queries of a source file read or write, by what the code says: in Kysely's calls, or in SQL. */
export function tablesNamedIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) found.push(...namedByCall(node));
    else found.push(...namedBySql(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function namedByCall({ expression, arguments: [first] }: ts.CallExpression): string[] {
  if (!first || !ts.isPropertyAccessExpression(expression)) return [];
  if (!METHODS.has(expression.name.text)) return [];
  const names = ts.isArrayLiteralExpression(first) ? first.elements : [first];
  return [...names].filter(ts.isStringLiteral).map(({ text }) => text.split(' ', 1)[0]!);
}

function namedBySql(node: ts.Node): string[] {
  const isTagged = ts.isTaggedTemplateExpression(node) && node.tag.getText().startsWith('sql');
  if (isTagged) return namesIn(textOf(node.template));
  if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return [];
  if (ts.isTaggedTemplateExpression(node.parent)) return [];
  const text = textOf(node);
  return BEGINNING.test(text) ? namesIn(text) : [];
}

/** Without what is filled in, which is looked at by itself. */
const textOf = (node: ts.StringLiteralLike | ts.TemplateLiteral): string =>
  ts.isTemplateExpression(node)
    ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('?')
    : node.text;

const namesIn = (text: string): string[] => [...text.matchAll(IN_SQL)].map(([, name]) => name!);
