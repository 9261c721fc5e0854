import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const text = (path: string): string => readFileSync(path, 'utf8');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md']);
const DECISIONS = globSync('docs/decisions/[0-9]*.md').toSorted();

/** The anchors that GitHub makes from the headings of a document. */
const anchorsOf = (path: string): string[] =>
  [...text(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

const withoutCode = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```$/gm, '');

describe.each(DOCUMENTS)('%s', (path) => {
  it('links to files and headings that exist', () => {
    const links = [...withoutCode(text(path)).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)]
      .map(([, inline, defined]) => (inline ?? defined)!)
      .filter((link) => !/^https?:/.test(link));
    const broken = links.filter((link) => {
      const [file, anchor] = link.split('#');
      const target = file ? join(dirname(path), file) : path;
      return !existsSync(target) || (anchor && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('names source files that exist', () => {
    const named = [
      ...text(path).matchAll(/`((?:src|packages|client|test|bench|examples)\/[\w./-]+\.\w+)`/g),
    ]
      .map(([, file]) => file!)
      .filter((file) => !file.includes('notes')); // the feature of the example in CONTRIBUTING.md
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('names specs that exist', () => {
    const specs = globSync('{test,packages/*/test,examples/*/test}/**/*.spec.ts').map((file) =>
      basename(file),
    );
    const named = [...text(path).matchAll(/`([\w.-]+\.spec\.ts)`/g)].map(([, file]) => file!);
    expect(named.filter((file) => !specs.includes(file))).toEqual([]);
  });
});

describe('the decisions', () => {
  it.each(DECISIONS)('%s has a status and the usual sections', (path) => {
    expect(text(path)).toMatch(
      /^# \d+\. .+\n\nStatus: (accepted|superseded by \[.+\]\(.+\)) \(\d{4}-\d{2}-\d{2}\)/,
    );
    const sections = [...text(path).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(['Context', 'Decision', 'Measured', 'Consequences']);
  });

  it('are all in their index, under their titles', () => {
    const titles = DECISIONS.map((path) => /^# (.*)$/m.exec(text(path))![1]);
    const listed = [...text('docs/decisions/README.md').matchAll(/^\| \[(.+?)\]/gm)];
    expect(listed.map(([, title]) => title)).toEqual(titles);
  });
});

it('docs/dependencies.md lists every dependency', () => {
  const { dependencies, devDependencies } = JSON.parse(text('package.json')) as Record<
    string,
    object
  >;
  const names = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !/^@(types|carillon)\//.test(name),
  );
  const listed = text('docs/dependencies.md');
  expect(names.filter((name) => !listed.includes(`\`${name}\``))).toEqual([]);
});

it('the code names documents that exist', () => {
  const named = globSync('{src,packages/*/src,client/src,test,bench}/**/*.{ts,tsx,mjs}').flatMap(
    (path) =>
      [...text(path).matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map(([document]) => ({ path, document })),
  );
  expect(named).not.toEqual([]);
  expect(named.filter(({ document }) => !existsSync(document))).toEqual([]);
});
