import type { ReactNode, Ref } from 'react';
import type { LazyCode } from '../state/lazy-code.js';
import { MissingCode } from './MissingCode.js';
import { useLazyCode } from './use-lazy-code.js';

interface LazyBodyProps<Code> {
  code: LazyCode<Code>;
  ref?: Ref<HTMLDivElement>;
  children: (code: Code) => ReactNode;
}

/** The body of a pane whose code is loaded when it is first shown. */
export function LazyBody<Code>({ code, ref, children }: LazyBodyProps<Code>) {
  const loaded = useLazyCode(code, true);
  return (
    <div ref={ref} className="pane-body">
      {loaded ? children(loaded) : <MissingCode code={code} />}
    </div>
  );
}
