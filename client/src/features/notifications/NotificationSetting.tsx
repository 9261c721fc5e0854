import { useState } from 'react';
import { words } from '../../words/words.js';
import { canNotify, isWanted, want } from './notification-setting.js';

export function NotificationSetting({ userId }: { userId: string }) {
  const [isOn, setIsOn] = useState(() => isWanted(userId));
  const [note, setNote] = useState('');

  async function choose(wanted: boolean) {
    const will = await want(userId, wanted);
    setIsOn(will);
    setNote(wanted && !will ? words.notifications.blocked : '');
  }

  return (
    <div className="card">
      <h2>{words.notifications.heading}</h2>
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          disabled={!canNotify()}
          onChange={({ target }) => void choose(target.checked)}
        />{' '}
        {words.notifications.setting}
      </label>
      <p role="status" className="field-hint">
        {canNotify() ? note : words.notifications.unavailable}
      </p>
    </div>
  );
}
