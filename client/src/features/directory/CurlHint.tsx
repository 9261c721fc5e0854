import { useRef, useState } from 'react';
import { words } from '../../words/words.js';

const COMMAND = [
  "curl -X POST -H 'Content-Type: application/json'",
  `  -d '{"firstname":"John","lastname":"DOE"}'`,
  `  ${location.origin}/api/users`,
].join(' \\\n');

export function CurlHint({ isOpen = false }: { isOpen?: boolean }) {
  const command = useRef<HTMLPreElement>(null);
  const [note, setNote] = useState('');

  async function copy() {
    try {
      await navigator.clipboard.writeText(COMMAND);
      setNote(words.directory.copied);
    } catch {
      // Pages over plain HTTP from another machine have no clipboard.
      if (command.current) getSelection()?.selectAllChildren(command.current);
      setNote(words.directory.selected);
    }
  }

  return (
    <details className="card hint" open={isOpen}>
      <summary>{words.directory.curl}</summary>
      <p>{words.directory.curlHint}</p>
      <pre ref={command} tabIndex={0} role="region" aria-label={words.directory.curlCommand}>
        {COMMAND}
      </pre>
      <div className="actions">
        <button type="button" className="button-quiet" onClick={copy}>
          {words.directory.copy}
        </button>
        <span role="status">{note}</span>
      </div>
    </details>
  );
}
