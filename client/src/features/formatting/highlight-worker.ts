import { common, createLowlight } from 'lowlight';
import type { CodePart, HighlightRequest } from './code-parts.js';

const lowlight = createLowlight(common);

type Node = ReturnType<typeof lowlight.highlight>['children'][number];

addEventListener('message', ({ data }: MessageEvent<HighlightRequest>) => {
  const { code, language } = data;
  const isKnown = lowlight.registered(language);
  postMessage(isKnown ? lowlight.highlight(language, code).children.flatMap(partsOf) : null);
});
// It is loaded: from now on, the time of each request counts.
postMessage(null);

function partsOf(node: Node): CodePart[] {
  if (node.type === 'text') return [node.value];
  if (node.type !== 'element') return [];
  const classes = node.properties['className'] as string[];
  return [{ classes: classes.join(' '), children: node.children.flatMap(partsOf) }];
}
