import { useRef, useState } from 'react';

const COMMAND = [
  "curl -X POST -H 'Content-Type: application/json'",
  `  -d '{"firstname":"John","lastname":"DOE"}'`,
  `  ${location.origin}/api/users`,
].join(' \\\n');

export function CurlHint() {
  const command = useRef<HTMLPreElement>(null);
  const [told, setTold] = useState('');

  async function copy() {
    try {
      await navigator.clipboard.writeText(COMMAND);
      setTold('Copied');
    } catch {
      // There is no clipboard where the page came over plain HTTP from another machine.
      if (command.current) getSelection()?.selectAllChildren(command.current);
      setTold('Selected: copy it with your keyboard');
    }
  }

  return (
    <details className="card hint">
      <summary>Try it with curl</summary>
      <p>Run this in a terminal, and watch the list.</p>
      <pre ref={command} tabIndex={0} role="region" aria-label="curl command">
        {COMMAND}
      </pre>
      <div className="actions">
        <button type="button" className="button-quiet" onClick={copy}>
          Copy command
        </button>
        <span role="status">{told}</span>
      </div>
    </details>
  );
}
