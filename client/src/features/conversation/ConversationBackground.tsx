import { useEffect } from 'react';
import { useDuringSession } from '../../session/use-session.js';
import { useParams } from '../../shell/address.js';
import { usePart, useStore } from '../../store/use-store.js';
import { useUnreadInTitle } from '../../ui/page-title.js';
import { usePreload } from '../../store/use-preload.js';
import { countedIn } from '../rooms/attention.js';
import { memberships } from '../rooms/memberships.js';
import { roomAddress } from '../rooms/room-address.js';
import { historyLoader } from './history-loader.js';
import { lazyMenu } from './lazy-menu.js';
import { lazyPanes } from './lazy-panes.js';
import { messageSender } from './message-sender.js';
import { MessageAnnouncer } from './MessageAnnouncer.js';
import { outboxService } from './outbox-service.js';
import { readMarkers } from './read-markers.js';

export function ConversationBackground() {
  const store = useStore();
  usePreload(lazyPanes);
  usePreload(lazyMenu);
  const roomId = useParams(roomAddress)?.roomId ?? null;
  useEffect(() => {
    store.service(historyLoader);
    const stops = [store.service(outboxService).start(), store.service(readMarkers).start()];
    return () => stops.forEach((stop) => stop());
  }, [store]);
  useDuringSession(store.service(messageSender).start);
  useUnreadInTitle(usePart(memberships).reduce((sum, mine) => sum + countedIn(mine), 0));
  return <MessageAnnouncer roomId={roomId} />;
}
