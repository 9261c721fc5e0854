import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type Ref } from 'react';
import { FormatBar } from '../formatting/FormatBar.js';
import { formattingWords } from '../formatting/formatting.words.js';
import { onFormatKey } from '../formatting/on-format-key.js';
import { MentionList } from './MentionList.js';
import { RichText } from './RichText.js';
import { useMentions } from './use-mentions.js';

interface MessageFieldProps {
  label: string;
  roomId: string;
  text: string;
  placeholder?: string;
  autoFocus?: boolean;
  readOnly?: boolean;
  /** Whether the message is not posted yet. */
  isNew?: boolean;
  fieldRef?: Ref<HTMLTextAreaElement>;
  onType: (text: string) => void;
  onSend: () => void;
  onUp?: (() => void) | undefined;
}

/** The keyboard of a phone has no Shift+Enter: Enter inserts a line there, and the button sends. */
const isTouch = matchMedia('(pointer: coarse)').matches;

/** Where a message is written: it grows with the text, completes names, and helps with formatting. */
export function MessageField(props: MessageFieldProps) {
  const { label, roomId, text, onType, onSend, onUp } = props;
  const own = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [isPreviewed, setPreviewed] = useState(false);
  const written = props.readOnly ? '' : text;
  const mentions = useMentions({
    roomId,
    text: written,
    caret,
    isNew: props.isNew ?? false,
    onComplete,
  });
  useFocusAtEnd(own, props.autoFocus);

  function onComplete(completed: string, place: number) {
    onType(completed);
    setCaret(place);
    requestAnimationFrame(() => own.current?.setSelectionRange(place, place));
  }

  function onKey(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key, shiftKey, altKey, ctrlKey, metaKey, nativeEvent } = event;
    if (nativeEvent.isComposing) return;
    if (mentions.onKey(event)) return;
    if (!props.readOnly && onFormatKey(event, isTouch)) return event.preventDefault();
    if (key === 'Enter' && (ctrlKey || metaKey || (!shiftKey && !isTouch))) {
      event.preventDefault();
      onSend();
    }
    if (key === 'ArrowUp' && text === '' && onUp && !altKey && !ctrlKey && !metaKey && !shiftKey) {
      event.preventDefault();
      onUp();
    }
  }

  return (
    <div className="message-field">
      <MentionList id={id} mentions={mentions} />
      {isPreviewed && text.trim() !== '' && <Preview text={text} />}
      <div className="message-growing" data-text={text}>
        <textarea
          ref={(element) => {
            own.current = element;
            assign(props.fieldRef, element);
          }}
          rows={1}
          enterKeyHint={isTouch ? 'enter' : 'send'}
          dir="auto"
          aria-label={label}
          aria-autocomplete="list"
          aria-controls={mentions.open ? id : undefined}
          aria-activedescendant={mentions.open ? `${id}-${mentions.chosen}` : undefined}
          placeholder={props.placeholder}
          readOnly={props.readOnly}
          value={text}
          onChange={({ target }) => {
            onType(target.value);
            setCaret(target.selectionStart);
          }}
          onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
          onKeyDown={onKey}
          onBlur={mentions.close}
        />
      </div>
      {!props.readOnly && (
        <FormatBar field={own} isPreviewed={isPreviewed} onPreview={setPreviewed} />
      )}
    </div>
  );
}

/** It may scroll, so the keyboard must reach it. */
function Preview({ text }: { text: string }) {
  return (
    <div className="preview" role="region" aria-label={formattingWords.preview} tabIndex={0}>
      <RichText text={text} />
    </div>
  );
}

/** A browser puts the caret before the text. */
function useFocusAtEnd(
  field: { current: HTMLTextAreaElement | null },
  isFocused: boolean | undefined,
): void {
  useLayoutEffect(() => {
    const { current } = field;
    if (!isFocused || !current) return;
    current.focus();
    current.setSelectionRange(current.value.length, current.value.length);
  }, [field, isFocused]);
}

function assign<Element>(ref: Ref<Element> | undefined, element: Element | null): void {
  if (typeof ref === 'function') ref(element);
  else if (ref) ref.current = element;
}
