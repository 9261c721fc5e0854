import { useStore, useView } from '../store/use-store.js';
import { Bells } from '../ui/Bells.js';
import { ConnectionPill } from '../ui/ConnectionPill.js';
import { words } from '../words/words.js';
import { parseHash, useHash } from './address.js';
import type { Feature } from './feature.js';

export function Sidebar({ features }: { features: readonly Feature[] }) {
  const store = useStore();
  const { status } = useView();
  const parts = features.map(({ sidebar = {} }) => sidebar);
  return (
    <div className="sidebar">
      <header className="sidebar-head">
        <a href="#/" className="brand">
          <Bells rings={0} />
          <span className="brand-name">{words.app.name}</span>
        </a>
        {parts.map(({ Head }, index) => Head && <Head key={index} />)}
        <ConnectionPill status={status} onTryNow={store.reconnect} />
      </header>
      {parts.map(({ Top }, index) => Top && <Top key={index} />)}
      <div className="sidebar-scroll">
        {parts.map(({ List }, index) => List && <List key={index} />)}
      </div>
      <Navigation features={features} />
      {parts.map(({ Foot }, index) => Foot && <Foot key={index} />)}
    </div>
  );
}

function Navigation({ features }: { features: readonly Feature[] }) {
  const hash = useHash();
  const isOpen = (path: string) => parseHash(hash, { path, parse: () => true }) !== null;
  return (
    <nav aria-label={words.app.more} className="sidebar-more">
      {features
        .flatMap(({ navigation = [] }) => navigation)
        .map(({ path, label }) => (
          <a key={path} href={`#/${path}`} aria-current={isOpen(path) ? 'page' : undefined}>
            {label}
          </a>
        ))}
    </nav>
  );
}
