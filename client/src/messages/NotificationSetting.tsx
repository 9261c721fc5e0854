import { useState } from 'react';
import { canNotify, isWanted, want } from './notification-setting.js';

export function NotificationSetting({ userId }: { userId: string }) {
  const [isOn, setIsOn] = useState(() => isWanted(userId));
  const [told, setTold] = useState('');

  async function choose(wanted: boolean) {
    const will = await want(userId, wanted);
    setIsOn(will);
    setTold(
      wanted && !will ? 'The browser does not allow it: see its settings for this page.' : '',
    );
  }

  return (
    <div className="card">
      <h2>Notifications</h2>
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          disabled={!canNotify()}
          onChange={({ target }) => void choose(target.checked)}
        />{' '}
        Of mentions and direct messages, in this browser
      </label>
      <p role="status" className="field-hint">
        {canNotify() ? told : 'This browser offers none here.'}
      </p>
    </div>
  );
}
