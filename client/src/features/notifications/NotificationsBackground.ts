import { useParams } from '../../shell/address.js';
import { roomAddress } from '../rooms/room-address.js';
import { useMessageNotifications } from './use-message-notifications.js';
import { useSentNotifications } from './use-sent-notifications.js';

export function NotificationsBackground() {
  useMessageNotifications(useParams(roomAddress)?.roomId ?? null);
  useSentNotifications();
  return null;
}
