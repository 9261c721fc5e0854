import { Fragment, type ReactNode } from 'react';

interface RichProps {
  /** Such as `Remove {name}?`. */
  text: string;
  values: Readonly<Record<string, ReactNode>>;
}

/** A text of the catalogue with elements in the places of its braces. */
export function Rich({ text, values }: RichProps) {
  return text
    .split(/\{(\w+)\}/)
    .map((part, index) => <Fragment key={index}>{index % 2 === 1 ? values[part] : part}</Fragment>);
}
