import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type Ref } from 'react';
import { MentionList } from './MentionList.js';
import { useMentions } from './use-mentions.js';

interface MessageFieldProps {
  label: string;
  roomId: string;
  text: string;
  placeholder?: string;
  autoFocus?: boolean;
  readOnly?: boolean;
  fieldRef?: Ref<HTMLTextAreaElement>;
  onType: (text: string) => void;
  onSend: () => void;
  onUp?: () => void;
}

/** Where a message is written: it grows with the text, and completes names. */
export function MessageField(props: MessageFieldProps) {
  const { label, roomId, text, onType, onSend, onUp } = props;
  const own = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [caret, setCaret] = useState(0);
  const mentions = useMentions({ roomId, text, caret, onComplete });
  useGrowing(own, text);
  useCaretAtEnd(own, props.autoFocus);

  function onComplete(completed: string, place: number) {
    onType(completed);
    setCaret(place);
    requestAnimationFrame(() => own.current?.setSelectionRange(place, place));
  }

  function onKey(event: KeyboardEvent<HTMLTextAreaElement>) {
    const { key, shiftKey, nativeEvent } = event;
    if (nativeEvent.isComposing) return;
    if (mentions.onKey(event)) return;
    if (key === 'Enter' && !shiftKey) {
      event.preventDefault();
      onSend();
    }
    if (key === 'ArrowUp' && text === '' && onUp) {
      event.preventDefault();
      onUp();
    }
  }

  return (
    <div className="message-field">
      <MentionList id={id} mentions={mentions} />
      <textarea
        ref={(element) => {
          own.current = element;
          assign(props.fieldRef, element);
        }}
        rows={1}
        dir="auto"
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={mentions.open ? id : undefined}
        aria-activedescendant={mentions.open ? `${id}-${mentions.chosen}` : undefined}
        placeholder={props.placeholder}
        autoFocus={props.autoFocus}
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
  );
}

/** A browser puts it before the text. */
function useCaretAtEnd(
  field: { current: HTMLTextAreaElement | null },
  isFocused: boolean | undefined,
): void {
  useLayoutEffect(() => {
    const { current } = field;
    if (isFocused) current?.setSelectionRange(current.value.length, current.value.length);
  }, [field, isFocused]);
}

function useGrowing(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [field, text]);
}

function assign<Element>(ref: Ref<Element> | undefined, element: Element | null): void {
  if (typeof ref === 'function') ref(element);
  else if (ref) ref.current = element;
}
