import type { OutboxEntry } from '../chat/outbox-entries.js';
import { nameOf } from '../chat/names.js';
import { Avatar } from '../page/Avatar.js';
import { useChat, useChatView } from '../page/use-chat.js';

/** A message on its way. */
export function PendingRow({ entry }: { entry: OutboxEntry }) {
  const { me } = useChat();
  const { state, status } = useChatView();
  const name = nameOf(state, me);
  return (
    <article className={`message message-${entry.state}`} aria-label={`${name}:`}>
      <Avatar id={me} name={name} />
      <div className="message-body">
        <p className="message-head">
          <span className="message-author" dir="auto">
            {name}
          </span>
          {entry.state !== 'refused' && (
            <span className="message-state">
              {status.state === 'live' || status.state === 'connecting'
                ? 'Sending…'
                : 'Will be sent when you are back online'}
            </span>
          )}
        </p>
        <p className="message-text" dir="auto">
          {entry.text}
        </p>
        {entry.state === 'refused' && <Refused entry={entry} />}
      </div>
    </article>
  );
}

function Refused({ entry }: { entry: OutboxEntry }) {
  const { outbox } = useChat();
  return (
    <div className="refusal" role="alert">
      <p>Not sent. {entry.failure}</p>
      <div className="actions">
        <button type="button" onClick={() => outbox.again(entry.clientId)}>
          Send again
        </button>
        <button
          type="button"
          className="button-quiet"
          onClick={() => outbox.discard(entry.clientId)}
        >
          Discard
        </button>
      </div>
    </div>
  );
}
