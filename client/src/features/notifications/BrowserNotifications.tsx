import { useState } from 'react';
import { useStore } from '../../store/use-store.js';
import { passFocusTo } from '../../ui/pass-focus-to.js';
import { canNotify, isWanted, want } from './notification-setting.js';
import { notificationWords as words } from './notifications.words.js';

/** The button that asks the browser. Nothing else does. */
export function BrowserNotifications() {
  const { me } = useStore();
  const [isOn, setIsOn] = useState(() => isWanted(me));
  const [isBlocked, setIsBlocked] = useState(false);

  async function ask() {
    const will = await want(me, true);
    setIsOn(will);
    setIsBlocked(!will);
  }

  if (!canNotify() || isOn) return null;
  return (
    <div ref={passFocusOn} className="notifications-foot">
      <button type="button" onClick={() => void ask()}>
        {words.askBrowser}
      </button>
      <p role="status" className="field-hint">
        {isBlocked && words.blocked}
      </p>
    </div>
  );
}

const passFocusOn = passFocusTo('section');
