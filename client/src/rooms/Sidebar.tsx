import { useState, type FormEvent } from 'react';
import { nameOf } from '../chat/names.js';
import { Avatar } from '../page/Avatar.js';
import { Bells } from '../page/Bells.js';
import { ConnectionPill } from '../page/ConnectionPill.js';
import { go, searchAddress, type Route } from '../page/route.js';
import { useChat, useChatView } from '../page/use-chat.js';
import { SignOutButton } from '../session/SignOutButton.js';
import type { SessionStore } from '../session/session-store.js';
import { MyInvitations } from './MyInvitations.js';
import { RoomList } from './RoomList.js';

interface SidebarProps {
  session: SessionStore;
  route: Route;
}

export function Sidebar({ session, route }: SidebarProps) {
  const chat = useChat();
  const { status } = useChatView();
  return (
    <div className="sidebar">
      <header className="sidebar-head">
        <a href="#/" className="brand">
          <Bells rings={0} />
          <span className="brand-name">Carillon</span>
        </a>
        <ConnectionPill status={status} onTryNow={chat.reconnect} />
      </header>
      <SearchBox route={route} />
      <div className="sidebar-scroll">
        <MyInvitations />
        <RoomList openId={route.page === 'room' ? route.roomId : null} />
      </div>
      <nav aria-label="More" className="sidebar-more">
        <MoreLink page="new-room" route={route} label="New chat" />
        <MoreLink page="browse" route={route} label="Browse rooms" />
        <MoreLink page="people" route={route} label="People" />
      </nav>
      <Me session={session} route={route} />
    </div>
  );
}

function MoreLink({ page, route, label }: { page: Route['page']; route: Route; label: string }) {
  return (
    <a href={`#/${page}`} aria-current={route.page === page ? 'page' : undefined}>
      {label}
    </a>
  );
}

function SearchBox({ route }: { route: Route }) {
  const [text, setText] = useState(route.page === 'search' ? route.query : '');
  function search(event: FormEvent) {
    event.preventDefault();
    if (text.trim() !== '') go(searchAddress(text.trim(), null));
  }
  return (
    <form role="search" className="search-box" onSubmit={search}>
      <input
        type="search"
        aria-label="Search all messages"
        placeholder="Search all messages"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </form>
  );
}

function Me({ session, route }: SidebarProps) {
  const { state } = useChatView();
  const name = nameOf(state, state.me);
  return (
    <footer className="me">
      <a href="#/profile" aria-current={route.page === 'profile' ? 'page' : undefined}>
        <Avatar id={state.me} name={name} />
        <span className="me-name" dir="auto">
          {name}
        </span>
        <span className="visually-hidden">, profile</span>
      </a>
      <SignOutButton session={session} text="Sign out" className="button-quiet" />
    </footer>
  );
}
