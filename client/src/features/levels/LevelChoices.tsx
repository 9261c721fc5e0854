import { type RefObject, useId, useLayoutEffect, useRef } from 'react';
import { LEVELS, NEVER } from '../../../../src/rooms/room/notification-level.js';
import { useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { Popover } from '../../ui/Popover.js';
import { useAttempt } from '../../ui/use-attempt.js';
import type { Membership } from '../rooms/room.js';
import { levelChoices } from './level-choices.js';
import { levelWords as words } from './levels.words.js';
import { inOneHour, IS_MUTED, mutedText, tomorrow } from './mute-times.js';

interface LevelChoicesProps {
  opener: RefObject<HTMLButtonElement | null>;
  label: string;
  membership: Membership;
  onClose: () => void;
}

/** What notifies the user in a room: a level, and a mute. */
export function LevelChoices({ opener, label, membership, onClose }: LevelChoicesProps) {
  const choicesOf = useStore().service(levelChoices);
  const { failure, attempt } = useAttempt();
  const { id } = membership.room;
  const levels = useRef<HTMLFieldSetElement>(null);
  useLayoutEffect(() => levels.current?.querySelector<HTMLElement>('input:checked')?.focus(), []);

  function mute(mutedUntil: string | null) {
    attempt(choicesOf.choose(id, { mutedUntil }).then(onClose));
    opener.current?.focus();
  }

  return (
    <Popover opener={opener} label={label} className="level-choices" onClose={onClose}>
      <fieldset ref={levels}>
        <legend>{words.notifyMe}</legend>
        <Levels
          membership={membership}
          onChoose={(level) => attempt(choicesOf.choose(id, { level }))}
        />
      </fieldset>
      <Mute mutedUntil={membership.mutedUntil} onMute={mute} />
      <FailureText text={failure} />
    </Popover>
  );
}

interface LevelsProps {
  membership: Membership;
  onChoose: (level: Membership['level']) => void;
}

function Levels({ membership, onChoose }: LevelsProps) {
  const name = useId();
  return LEVELS.map((level) => (
    <label key={level}>
      <input
        type="radio"
        name={name}
        checked={membership.level === level}
        onChange={() => onChoose(level)}
      />
      {words.choices[level]}
    </label>
  ));
}

interface MuteProps {
  mutedUntil: string | null;
  onMute: (until: string | null) => void;
}

function Mute({ mutedUntil, onMute }: MuteProps) {
  const heading = useId();
  const muted = mutedText(mutedUntil, IS_MUTED);
  const item = (text: string, until: () => string | null) => (
    <button type="button" className="button-quiet" onClick={() => onMute(until())}>
      {text}
    </button>
  );
  return (
    <div role="group" aria-labelledby={heading} className="mute-choices">
      <h2 id={heading}>{words.mute}</h2>
      {muted !== null && <p>{muted}</p>}
      {muted !== null && item(words.unmute, () => null)}
      {item(words.forOneHour, () => inOneHour(new Date()))}
      {item(words.untilTomorrow, () => tomorrow(new Date()))}
      {mutedUntil !== NEVER && item(words.untilUnmuted, () => NEVER)}
    </div>
  );
}
