import { useEffect, useState } from 'react';
import { Chat } from './chat/chat.js';
import { MessageAnnouncer } from './messages/MessageAnnouncer.js';
import { SearchPage } from './messages/SearchPage.js';
import { useNotifications } from './messages/use-notifications.js';
import { useChatView, ChatContext } from './page/use-chat.js';
import { useRoute, type Route } from './page/route.js';
import { BrowsePage } from './rooms/BrowsePage.js';
import { NewRoomPage } from './rooms/NewRoomPage.js';
import { RoomPage } from './rooms/RoomPage.js';
import { Sidebar } from './rooms/Sidebar.js';
import { useTitle } from './rooms/use-title.js';
import { ProfilePage } from './session/ProfilePage.js';
import type { SessionStore } from './session/session-store.js';
import type { CurrentSession } from './session/session.js';
import { SessionsPage } from './session/SessionsPage.js';
import { PeoplePane } from './users/PeoplePane.js';

interface ChatPageProps {
  session: SessionStore;
  who: CurrentSession;
  justSignedIn: boolean;
}

/** All that is for who is signed in. */
export function ChatPage(props: ChatPageProps) {
  const { session, who } = props;
  const chat = useRunningChat(who.user.id);
  useEffect(
    () =>
      chat?.onFact((fact) => {
        if (fact.name === 'session.ended' && fact.data.id === who.session?.id) session.recheck();
      }),
    [chat, session, who],
  );
  if (!chat) return null;
  return (
    <ChatContext value={chat}>
      <Frame {...props} />
    </ChatContext>
  );
}

/** A chat that was stopped is not started again. */
function useRunningChat(userId: string): Chat | null {
  const [chat, setChat] = useState<Chat | null>(null);
  useEffect(() => {
    const started = new Chat(userId);
    setChat(started);
    return started.start();
  }, [userId]);
  return chat;
}

function Frame(props: ChatPageProps) {
  const route = useRoute();
  const roomId = route.page === 'room' ? route.roomId : null;
  useTitle(roomId);
  useNotifications(roomId);
  return (
    <div className={route.page === 'rooms' ? 'chat chat-list' : 'chat chat-pane'}>
      <a
        className="skip-link"
        href="#pane"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('pane')?.focus();
        }}
      >
        Skip to the conversation
      </a>
      <Sidebar session={props.session} route={route} />
      <main id="pane" className="pane" tabIndex={-1}>
        <Pane {...props} route={route} />
      </main>
      <MessageAnnouncer roomId={roomId} />
    </div>
  );
}

function Pane({ route, session, who, justSignedIn }: ChatPageProps & { route: Route }) {
  const { loaded, loadFailure } = useChatView();
  useFocusOnHeading(justSignedIn && loaded);
  if (!loaded) return <Waiting failure={loadFailure} />;
  switch (route.page) {
    case 'room':
      return <RoomPage key={route.roomId} roomId={route.roomId} target={route.seq} />;
    case 'browse':
      return <BrowsePage />;
    case 'new-room':
      return <NewRoomPage />;
    case 'people':
      return <PeoplePane />;
    case 'search':
      return <SearchPage query={route.query} roomId={route.roomId} />;
    case 'profile':
      return <ProfilePage session={session} who={who} />;
    case 'sessions':
      return <SessionsPage />;
    default:
      return <NothingOpen />;
  }
}

/** Takes the focus that went with the sign-in, where nothing that has come has taken it. */
function useFocusOnHeading(isWanted: boolean): void {
  useEffect(() => {
    const heading = document.querySelector<HTMLElement>('#pane h1');
    if (!isWanted || !heading || document.activeElement !== document.body) return;
    heading.tabIndex = -1;
    heading.focus();
  }, [isWanted]);
}

function NothingOpen() {
  return (
    <div className="pane-empty">
      <h1 className="visually-hidden">Carillon</h1>
      <p>Choose a room, or make a new one.</p>
    </div>
  );
}

function Waiting({ failure }: { failure: string | null }) {
  return (
    <div className="pane-empty" role="status">
      <h1 className="visually-hidden">Carillon</h1>
      {failure === null ? 'Loading…' : `${failure} This page keeps trying by itself.`}
    </div>
  );
}
