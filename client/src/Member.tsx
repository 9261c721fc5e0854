import { features } from './features.js';
import type { MemberProps } from './shell/App.js';
import { Shell } from './shell/Shell.js';

/** The page for signed-in users: all features. */
export function Member(props: MemberProps) {
  return <Shell features={features} {...props} />;
}
