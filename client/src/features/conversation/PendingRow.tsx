import { useSelected, useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { passFocusTo } from '../../ui/pass-focus-to.js';
import { words } from '../../words/words.js';
import { MessageFiles } from '../files/MessageFiles.js';
import { nameOf } from '../people/people.js';
import type { OutboxEntry } from './outbox-entries.js';
import { outboxService } from './outbox-service.js';
import { Quote } from './Quote.js';
import { RichText } from './RichText.js';

/** A message that the stream has not delivered yet. */
export function PendingRow({ entry }: { entry: OutboxEntry }) {
  const { me } = useStore();
  const name = useSelected(({ state }) => nameOf(state, me));
  const connection = useSelected(({ status }) => status.state);
  return (
    <article
      className={`message message-${entry.state}`}
      aria-label={words.conversation.author(name)}
    >
      <Avatar id={me} name={name} />
      <div className="message-body">
        <p className="message-head">
          <span className="message-author" dir="auto">
            {name}
          </span>
          {entry.state !== 'refused' && (
            <span className="message-state">
              {connection === 'live' || connection === 'connecting'
                ? words.conversation.sending
                : words.conversation.sentLater}
            </span>
          )}
        </p>
        {entry.replyTo !== undefined && <Quote roomId={entry.roomId} seq={entry.replyTo} />}
        {entry.text !== '' && <RichText text={entry.text} />}
        <MessageFiles roomId={entry.roomId} files={entry.files ?? []} />
        {entry.state === 'refused' && <Refused entry={entry} />}
      </div>
    </article>
  );
}

function Refused({ entry }: { entry: OutboxEntry }) {
  const { outbox } = useStore().service(outboxService);
  return (
    <div ref={passFocusToHistory} className="refusal" role="alert">
      <p>{words.conversation.notSent(entry.failure ?? '')}</p>
      <div className="actions">
        <button type="button" onClick={() => outbox.resend(entry.clientId)}>
          {words.conversation.sendAgain}
        </button>
        <button
          type="button"
          className="button-quiet"
          onClick={() => outbox.discard(entry.clientId)}
        >
          {words.conversation.discard}
        </button>
      </div>
    </div>
  );
}

const passFocusToHistory = passFocusTo('[role=log]');
