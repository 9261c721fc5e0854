import { useState } from 'react';
import { turnOff, turnOn } from './device.js';
import { canPush, isPushOn } from './push-setting.js';
import { pushWords as words } from './push.words.js';

/** The switch that asks the browser. Nothing else does. */
export function PushSetting({ userId }: { userId: string }) {
  const [isOn, setIsOn] = useState(() => isPushOn(userId));
  const [isWaiting, setIsWaiting] = useState(false);
  const [note, setNote] = useState(initialNote);

  async function choose(wanted: boolean) {
    setIsWaiting(true);
    setIsOn(wanted);
    setNote(words.waiting);
    const outcome = wanted
      ? await turnOn(userId)
      : await turnOff(userId).then(
          () => 'off',
          () => 'off',
        );
    setIsOn(outcome === 'on');
    setNote(
      outcome === 'blocked' ? words.blocked : outcome === 'failed' ? words.failed : words.hint,
    );
    setIsWaiting(false);
  }

  return (
    <div className="card">
      <h2>{words.heading}</h2>
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          disabled={!canPush() || isWaiting}
          onChange={({ target }) => void choose(target.checked)}
        />{' '}
        {words.setting}
      </label>
      <p role="status" className="field-hint">
        {note}
      </p>
    </div>
  );
}

function initialNote(): string {
  if (!isSecureContext) return words.insecure;
  if (!canPush()) return words.unavailable;
  return Notification.permission === 'denied' ? words.blocked : words.hint;
}
