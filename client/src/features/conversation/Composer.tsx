import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { messageMistake } from '../../../../src/rooms/messages/message-text.js';
import { MAX_UNCONFIRMED } from '../../../../src/rooms/room/notification-level.js';
import { usePart, useStore, useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { words } from '../../words/words.js';
import { draftOf, draftsService } from '../drafts/drafts.js';
import { AttachButton } from '../files/AttachButton.js';
import { filesWords } from '../files/files.words.js';
import { FileTray } from '../files/FileTray.js';
import { hasUploads, pastedFiles, useAttachedFiles } from '../files/use-attached-files.js';
import { useFileDrop } from '../files/use-file-drop.js';
import { levelWords } from '../levels/levels.words.js';
import { hasAll, useEveryone } from '../levels/mention-all.js';
import { MentionAllQuestion } from '../levels/MentionAllQuestion.js';
import { titleOf } from '../rooms/names.js';
import type { Membership } from '../rooms/room.js';
import { threadWords } from '../threads/threads.words.js';
import { MessageField } from './MessageField.js';
import { messageIn, messageSender, waitingMessages } from './message-sender.js';
import { reportTyping } from './messages-api.js';
import { ReplyBar } from './ReplyBar.js';

/** The others show it for 6 s, so this interval is enough, in ms. */
const REPORT_TYPING = 3_000;

interface ComposerProps {
  membership: Membership;
  /** The `seq` of the first message of the thread to which the message is a reply. */
  thread?: number;
  onEditLast?: () => void;
}

/** Writes a message to a room, or a reply in a thread. */
export function Composer({ membership, thread, onEditLast }: ComposerProps) {
  const store = useStore();
  const { state } = useView();
  const { room } = membership;
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const reported = useRef(0);
  const drafts = store.service(draftsService);
  const draft = draftOf(room.id, thread);
  const [written, setWritten] = useState(() => drafts.in(draft));
  /** The user has sent the message, and files are still on their way. */
  const waiting = usePart(waitingMessages).get(draft);
  const { text, replyTo } = waiting ?? written;
  useLayoutEffect(() => drafts.onChange(draft, setWritten), [drafts, draft]);
  useFocusOnReply(replyTo, field);
  const message = messageIn(text);
  const mistake = message === '' ? undefined : messageMistake(message);
  const attached = useAttachedFiles(draft, room.id);
  const { files } = attached;
  const isEmpty = message === '' && files.length === 0;
  const sender = store.service(messageSender);
  const isDropping = useFileDrop(form, attach);

  const everyone = useEveryone(room.id);
  const mentionsAll = hasAll(message);
  const [isAsking, setIsAsking] = useState(false);

  function type(next: string) {
    drafts.keep(draft, { text: next });
    if (thread !== undefined || next === '' || Date.now() - reported.current < REPORT_TYPING)
      return;
    reported.current = Date.now();
    reportTyping(room.id).catch(() => {});
  }

  function send() {
    if (waiting || isEmpty || mistake || !attached.mayBeSent()) return;
    if (mentionsAll && everyone.allowed === 'confirmed') setIsAsking(true);
    else submit();
  }

  function submit(mentionAll?: boolean) {
    setIsAsking(false);
    sender.send({ roomId: room.id, thread, mentionAll });
    reported.current = 0;
    field.current?.focus();
  }

  function attach(contents: readonly File[]) {
    // Another file cancels the sending: the user decides again.
    sender.cancel(draft);
    attached.add(contents);
    field.current?.focus();
  }

  function cancelReply() {
    sender.cancel(draft);
    drafts.keep(draft, { replyTo: null });
    field.current?.focus();
  }

  function cancelSending() {
    sender.cancel(draft);
    field.current?.focus();
  }

  const labels = labelsOf(titleOf(state, membership), thread);
  return (
    <form
      ref={form}
      className="composer"
      aria-label={labels.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onPaste={(event) => {
        const contents = pastedFiles(event);
        if (contents.length === 0) return;
        event.preventDefault();
        attach(contents);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        if (!waiting && replyTo === null) return;
        event.preventDefault();
        if (waiting) cancelSending();
        else cancelReply();
      }}
    >
      {replyTo !== null && <ReplyBar roomId={room.id} seq={replyTo} onCancel={cancelReply} />}
      {files.length > 0 && (
        <FileTray
          draft={draft}
          roomId={room.id}
          files={files}
          onEmpty={() => field.current?.focus()}
        />
      )}
      {hasUploads && <AttachButton onFiles={attach} />}
      <MessageField
        label={labels.field}
        placeholder={labels.placeholder}
        roomId={room.id}
        text={text}
        isNew
        readOnly={waiting !== undefined}
        autoFocus={matchMedia('(pointer: fine)').matches}
        fieldRef={field}
        onType={type}
        onSend={send}
        onUp={onEditLast}
      />
      <button
        type="submit"
        className="button-primary"
        aria-disabled={
          waiting !== undefined || isEmpty || attached.isRefused || mistake !== undefined
        }
      >
        {words.conversation.send}
      </button>
      {mentionsAll && everyone.allowed === 'nobody' && (
        <p className="field-hint" role="status">
          {levelWords.onlyOwners(MAX_UNCONFIRMED)}
        </p>
      )}
      {isAsking && (
        <MentionAllQuestion
          count={everyone.count}
          onSend={submit}
          onCancel={() => setIsAsking(false)}
        />
      )}
      {waiting && (
        <div className="files-note">
          <span role="status">{filesWords.sendsLater}</span>
          <button type="button" className="button-quiet" onClick={cancelSending}>
            {filesWords.cancelSending}
          </button>
        </div>
      )}
      <FailureText text={attached.refusal} />
      {isDropping && <div className="file-drop">{filesWords.drop}</div>}
      {mistake && (
        <p className="field-error" role="alert">
          {words.errors.mistakes(mistake)}
        </p>
      )}
    </form>
  );
}

function labelsOf(title: string, thread?: number) {
  if (thread !== undefined) {
    const { reply } = threadWords;
    return { form: reply, field: reply, placeholder: reply };
  }
  const { compose, messageTo, messagePlaceholder } = words.conversation;
  return { form: compose, field: messageTo(title), placeholder: messagePlaceholder(title) };
}

/** When a message to reply to is chosen, the user goes on in the field; not if it is chosen in another window. */
function useFocusOnReply(reply: number | null, field: RefObject<HTMLTextAreaElement | null>) {
  const before = useRef(reply);
  useEffect(() => {
    if (reply !== null && reply !== before.current && document.hasFocus()) field.current?.focus();
    before.current = reply;
  }, [reply, field]);
}
