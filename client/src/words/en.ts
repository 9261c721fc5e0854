import type { TextMistake } from '../../../src/http/text.js';
import type { ProblemTexts } from './types.js';

const plural = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');

/** Dates and times follow the language and region of the browser. */
const formats = {
  time: new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }),
  day: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }),
  longDay: new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }),
  fullDay: new Intl.DateTimeFormat(undefined, { dateStyle: 'full' }),
  dayAndTime: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
  fullDayAndTime: new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' }),
};

function count(n: number, one: string, other: string): string {
  return `${numbers.format(n)} ${plural.select(n) === 'one' ? one : other}`;
}

const controls = new Map([
  ['U+0009', 'the tab'],
  ['U+000A', 'the line break'],
]);

/** Keeps a name together in text of the other direction, where elements cannot (Unicode Bidirectional Algorithm, FSI and PDI). */
const isolated = (name: string) => `\u2068${name}\u2069`;

const people = (n: number) => count(n, 'person', 'people');

/**
 * Every text that the page shows, by feature. A text with values is a function. A text with elements inside has their
 * places in braces, for `Rich`.
 */
export const en = {
  app: {
    name: 'Carillon',
    title: (unread: number, pane: string | null) =>
      (unread > 0 ? `(${numbers.format(unread)}) ` : '') +
      (pane === null ? 'Carillon' : `${pane} · Carillon`),
    tagline: 'Realtime over plain HTTP',
    about:
      'People and programs send changes over plain HTTP; everyone sees them at once, and nothing is lost when a connection breaks.',
    opening: 'Opening Carillon…',
    unreachable: 'There is no connection to the server. This page opens when it is back.',
    loading: 'Loading…',
    notLoaded: 'This could not be loaded.',
    loadedLater: 'This could not be loaded. It appears when the connection is back.',
    reload: 'Reload the page',
    keepsTrying: (failure: string) => `${failure} This page keeps trying.`,
    nothingOpen: 'Choose a page.',
    skipToContent: 'Skip to the main content',
    backToList: 'Back to the list',
    more: 'More',
    apiDocs: 'API docs',
  },

  /** Of `index.html`. */
  html: {
    title: 'Carillon: realtime over plain HTTP',
    description:
      'Carillon: realtime over plain HTTP. Chat rooms in which no message is lost, whatever happens to the connection.',
    needsJavaScript: 'This page shows messages as they arrive. It needs JavaScript.',
  },

  dates: {
    time: (date: Date) => formats.time.format(date),
    day: (date: Date) => formats.day.format(date),
    longDay: (date: Date) => formats.longDay.format(date),
    fullDay: (date: Date) => formats.fullDay.format(date),
    dayAndTime: (date: Date) => formats.dayAndTime.format(date),
    fullDayAndTime: (date: Date) => formats.fullDayAndTime.format(date),
    today: 'Today',
    yesterday: 'Yesterday',
  },

  connection: {
    states: {
      connecting: 'Connecting',
      live: 'Live',
      reconnecting: 'Reconnecting',
      paused: 'Paused',
      offline: 'Offline',
      failed: 'Failed',
      closed: 'Closed',
    },
    inSeconds: (seconds: number) => ` in ${numbers.format(seconds)} s`,
    tryNow: 'Try now',
  },

  confirm: {
    question: (action: string) => `${action}?`,
    pressAgain: (action: string) => `${action}: press again to confirm`,
  },

  errors: {
    noResponse: 'The server did not respond. Nothing is lost: try again in a moment.',
    unexpected: 'Something went wrong on this page. Try again, or reload the page.',
    status: (status: number) => `The server responded with status ${status}.`,
    tooManyRequests: (seconds: number | null) =>
      seconds === null
        ? 'Too many requests. Try again in a moment.'
        : `Too many requests. Try again in ${count(seconds, 'second', 'seconds')}.`,
    /** By code. Codes without a text here are shown with the detail that the server sends. */
    problems: {
      unauthenticated: 'You are signed out. Sign in again.',
      'recipient-unavailable': 'This user does not accept direct messages or invitations.',
      'request-timeout': 'The connection is too slow: the request took too long. Try again.',
      'request-in-progress': 'The same request is still in progress. Try again in a moment.',
      'precondition-failed': 'Someone else has changed this. Reload the page and try again.',
      'content-too-large': 'This is too large to send.',
      'internal-error': 'Something went wrong on the server. Try again.',
      unavailable: 'The server is temporarily unavailable. Try again in a moment.',
    } as ProblemTexts,
    /** What is wrong with a text, below its field. */
    mistakes: (mistake: TextMistake): string => {
      switch (mistake.kind) {
        case 'length':
          return mistake.length < mistake.least
            ? `Enter at least ${count(mistake.least, 'character', 'characters')}.`
            : `Enter at most ${count(mistake.most, 'character', 'characters')}, not ${numbers.format(mistake.length)}.`;
        case 'control character':
          return `Remove ${controls.get(mistake.code) ?? `the control character ${mistake.code}`} at position ${numbers.format(mistake.place)}.`;
        case 'lone surrogate':
          return 'Remove the incomplete character.';
        case 'nothing visible':
          return 'Enter at least one visible character.';
        case 'invisible':
          return 'Remove the invisible characters.';
        case 'reserved username':
          return 'This username is not available.';
        case 'username':
          return 'Enter 2 to 32 characters: a to z, 0 to 9, dots, dashes and underscores. Start with a letter or a digit.';
      }
    },
  },

  people: {
    unknown: 'Someone',
    firstName: 'First name',
    lastName: 'Last name',
    enterFirstName: 'Enter a first name.',
    enterLastName: 'Enter a last name.',
    username: (username: string) => `@${username}`,
    nameOrUsername: 'Name or username',
    noneFound: 'No one found.',
    mayBeMore: 'There may be more people. Type more of the name.',
    pick: (action: string, name: string) => `${action} ${name}`,
  },

  directory: {
    navigation: 'People',
    title: 'Directory',
    heading: 'People',
    skip: 'Skip to the people',
    rooms: 'Rooms',
    newPerson: 'New person',
    add: 'Add person',
    adding: 'Adding…',
    count: (shown: number, hasMore: boolean) =>
      hasMore ? `${people(shown)} shown, there are more` : people(shown),
    shown: (n: number) => `${people(n)} shown`,
    showOlder: 'Show older',
    loading: 'Loading…',
    loadingPeople: 'Loading people',
    end: 'That is everyone.',
    loadFailure: 'The list of people could not be loaded',
    keepsTrying: 'This page keeps trying.',
    empty: 'Nobody is here yet',
    emptyHint:
      'Add the first person. Open this page in a second window to see them appear there, too.',
    emptyHintForVisitors: 'Run the curl command, and the first person appears here.',
    added: 'Added {time}',
    noAccount: 'No account · ',
    find: 'Find people',
    found: 'People found',
    addedAndChanged: 'Added {time} · changed {changed}',
    edit: 'Edit',
    editPerson: (name: string) => `Edit ${name}`,
    remove: 'Remove',
    removing: 'Removing…',
    removePerson: (name: string) => `Remove ${name}`,
    removeQuestion: (name: string) => `Remove ${name}?`,
    removeQuestionShown: 'Remove {name}?',
    keep: 'Keep',
    changedSince: (name: string) =>
      `Someone else has just changed this person. The name was ${name}.`,
    changedJustNow: 'Someone else has just changed this person.',
    save: 'Save',
    saving: 'Saving…',
    cancel: 'Cancel',
    close: 'Close',
    conflict: 'Someone else changed this person while you were editing.',
    theirs: 'Theirs',
    yours: 'Yours',
    saveMine: 'Save mine anyway',
    takeTheirs: 'Take theirs',
    gone: 'Someone else removed {name}.',
    tagsDiffer:
      'Nothing was saved. The server reports a change of this person, but the name is still the one you saw. Try again. If this message comes back, contact the operator of this server: a proxy may be replacing entity tags.',
    changes: 'Recent changes',
    personAdded: (name: string) => `${name} was added`,
    personChanged: (name: string) => `${name} was changed`,
    personRemoved: (name: string) => `${name} was removed`,
    personRenamed: (before: string, name: string) => `${before} is now ${name}`,
    peopleAdded: (n: number) => count(n, 'person was added', 'people were added'),
    peopleChanged: (n: number) => count(n, 'person was changed', 'people were changed'),
    peopleRemoved: (n: number) => count(n, 'person was removed', 'people were removed'),
    curl: 'Try it with curl',
    curlHint: 'Run this in a terminal and watch the list.',
    curlCommand: 'curl command',
    copy: 'Copy command',
    copied: 'Copied',
    selected: 'Selected. Copy it with your keyboard.',
  },

  rooms: {
    heading: 'Rooms',
    nothingOpen: 'Choose a room, or {create}.',
    createOne: 'create one',
    browsePublic: 'browse the public rooms',
    newChat: 'New chat',
    browse: 'Browse rooms',
    none: 'You have no rooms yet. You can {create} or {browse}.',
    direct: 'Direct conversation',
    unread: (n: number, mentions: number) =>
      mentions === 0
        ? `, ${numbers.format(n)} unread`
        : `, ${numbers.format(n)} unread, ${count(mentions, 'mentions you', 'mention you')}`,
    unreadBadge: (n: number, mentions: number) =>
      (mentions > 0 ? '@ ' : '') + (n > 99 ? '99+' : numbers.format(n)),
    draft: 'Draft ·',
    noMessages: 'No messages yet',
    lastDeleted: 'Message deleted',
    lastOwn: 'You: {text}',
    lastOf: '{name}: {text}',
    publicRooms: 'Public rooms',
    noPublicRooms: 'There are no public rooms yet. You can {create}.',
    joined: 'Joined',
    showMore: 'Show more',
    newConversation: 'New conversation',
    newRoom: 'New room',
    name: 'Name',
    enterName: 'Enter a name.',
    whoCanJoin: 'Who can join',
    everyone: 'Everyone',
    onlyInvited: 'Only people who are invited',
    create: 'Create room',
    newDirect: 'New direct conversation',
    person: 'Person',
    message: 'Message',
    room: 'Room',
    hidden: 'You have hidden this conversation.',
    notMember: 'You are not in this room.',
    joinHint: 'If you join, you can read all of its messages.',
    join: 'Join',
    showAgain: 'Show again',
    removed: 'You were removed from {room}.',
    notFound: 'This room does not exist, or you do not have access to it.',
    invitations: 'Invitations',
    invites: '{inviter} invites you to {room}.',
    accept: 'Accept',
    decline: 'Decline',
    acceptRoom: (room: string) => `Accept: ${room}`,
    declineRoom: (room: string) => `Decline: ${room}`,
    members: 'Members',
    close: 'Close',
    you: '{name} (you)',
    online: ', online',
    owner: 'owner',
    makeOwner: 'Make owner',
    makeMember: 'Make member',
    makeOwnerOf: (name: string) => `Make ${name} an owner`,
    makeMemberOf: (name: string) => `Make ${name} a member`,
    profileOf: (name: string) => `Profile of ${name}`,
    ownerHere: 'Owner of this room',
    notHere: 'Not a member of this room',
    messagePerson: (name: string) => `Message ${name}`,
    remove: 'Remove',
    removePerson: (name: string) => `Remove ${name}`,
    invited: 'Invited',
    withdraw: 'Withdraw',
    withdrawFrom: (name: string) => `Withdraw the invitation for ${name}`,
    inviteSomeone: 'Invite someone',
    findMember: 'Find a member',
    onlyYou: 'You are the only member. Invite others below.',
    invite: 'Invite',
    hide: 'Hide conversation',
    block: (name: string) => `Block ${name}`,
    unblock: (name: string) => `Unblock ${name}`,
    leave: 'Leave room',
    leaveSaved: (n: number) =>
      `Leaving removes ${count(n, 'message', 'messages')} of this room from your saved messages.`,
    renameRoom: 'Rename the room',
    roomName: 'Room name',
    rename: 'Rename',
    changeTopic: 'Change the topic',
    topic: 'Topic',
    topicHint: 'What the room is about. Everyone who sees the room sees it.',
    saveTopic: 'Save topic',
    archiveRoom: 'Archive the room',
    archive: 'Archive',
    reopen: 'Reopen',
  },

  search: {
    everywhere: 'Search all messages',
    thisRoom: 'Search this room',
    title: (query: string) => (query === '' ? 'Search' : `Search: ${query}`),
    searching: 'Searching…',
    nothing:
      'No messages found. A message must contain all words, in its text or the names of its files; only the last word may be incomplete.',
    searchAll: 'Search all rooms',
    found: 'Messages found',
  },

  conversation: {
    find: 'Find',
    details: 'Details',
    members: 'Members',
    offline: 'Offline',
    reconnecting: 'Reconnecting…',
    online: 'Online',
    notOnline: 'Not online',
    kinds: { public: 'Public', private: 'Private', direct: 'Direct conversation' },
    memberCount: (kind: string, members: number) =>
      `${kind} · ${count(members, 'member', 'members')}`,
    memberAndOnlineCount: (kind: string, members: number, online: number) =>
      `${kind} · ${count(members, 'member', 'members')}, ${numbers.format(online)} online`,
    goTo: 'Go to date',
    nothingOnDay: (day: string) =>
      `There are no messages from that day. This is the next one, from ${day}.`,
    nothingSince: (day: string) =>
      `There are no messages from that day or later. This is the last one, from ${day}.`,
    archived: 'This room is archived. You can read it, but not write in it.',
    blocked: 'You have blocked {name}. To write, unblock them under Details.',
    messages: 'Messages',
    empty: 'There are no messages yet.',
    inviteSomeone: 'Invite someone',
    newMessages: (n: number) => `${numbers.format(n)} new`,
    toNewest: 'Jump to newest',
    skipped: (n: number) => `${numbers.format(n)} unread`,
    markRead: 'Mark as read',
    newLine: 'New',
    author: (name: string) => `${name}:`,
    deleted: 'This message was deleted.',
    noMessage: 'This link leads to a message that does not exist.',
    edited: ' (edited)',
    edit: 'Edit',
    editMessage: 'Edit message',
    editOf: (excerpt: string) => `Edit: ${excerpt}`,
    reply: 'Reply',
    replyOf: (excerpt: string) => `Reply to: ${excerpt}`,
    copyLink: 'Copy link',
    linkCopied: 'Link copied',
    linkInAddressBar: 'The link is in the address bar',
    markUnread: 'Mark unread from here',
    moreFor: (excerpt: string) => `More actions: ${excerpt}`,
    replying: 'Your reply to',
    cancelReply: 'Cancel the reply',
    inReplyTo: 'In reply to',
    delete: 'Delete',
    deleteOf: (excerpt: string) => `Delete: ${excerpt}`,
    deleteQuestion: 'Delete this message?',
    deleteShort: 'Delete?',
    keep: 'Keep',
    save: 'Save',
    cancel: 'Cancel',
    close: 'Close',
    deletedWhileEditing:
      'This message was deleted while you were editing it. You can still copy your text.',
    compose: 'New message',
    messageTo: (title: string) => `Message to ${title}`,
    messagePlaceholder: (title: string) => `Message ${title}`,
    send: 'Send',
    peopleToMention: 'People to mention',
    sending: 'Sending…',
    sentLater: 'Will be sent when the connection is back',
    notSent: (failure: string) => `Not sent. ${failure}`,
    sendAgain: 'Send again',
    discard: 'Discard',
    typing: (names: readonly string[]) => {
      const [one, other] = names;
      if (one === undefined) return '';
      if (names.length > 2) return 'Several people are typing…';
      return other === undefined ? '{one} is typing…' : '{one} and {other} are typing…';
    },
    announcements: 'New messages',
    said: (name: string, text: string) => `${name}: ${text}`,
    newCount: (n: number) => count(n, 'new message', 'new messages'),
  },

  notifications: {
    heading: 'Notifications',
    setting: 'Notify me in this browser of mentions, direct messages and notifications',
    blocked:
      'Your browser blocks notifications from this page. You can change this in its settings.',
    unavailable: 'Notifications are not available in this browser.',
    inRoom: (author: string, room: string) => `${isolated(author)} in ${isolated(room)}`,
  },

  account: {
    signInAtIssuer: (host: string) => `Sign in at ${host}. Then continue here.`,
    noSignIn: 'This page has no sign-in. Programs use the API with their own credentials.',
    signedInThere: 'Continue',
    signIn: 'Sign in',
    signingIn: 'Signing in…',
    signOut: 'Sign out',
    signOutHere: 'Sign out here',
    losesUploads: 'Files are still being uploaded. If you sign out, they will not be sent.',
    stillSignedIn: 'You are still signed in: the server cannot be reached.',
    ends: {
      revoked: 'This session was ended on another device. Sign in to continue.',
      unknown: 'Your session has ended. Sign in to continue.',
    },
    noCookie:
      'You cannot sign in because your browser refuses the cookie of this page. Allow cookies for this page, and try again.',
    notSecure: (origin: string) =>
      `You cannot sign in over plain HTTP: your browser refuses the cookie of the session. Open this page over HTTPS. The operator can allow plain HTTP with PUBLIC_URL=${origin}.`,
    createAccount: 'Create an account',
    create: 'Create account',
    creating: 'Creating…',
    haveAccount: 'Already have an account?',
    newHere: 'New here?',
    username: 'Username',
    usernameHint: 'Others use it to mention you.',
    password: 'Password',
    passwordHint: 'At least 8 characters.',
    enterUsername: 'Enter your username.',
    enterPassword: 'Enter your password.',
    wrongCredentials: 'The username or the password is wrong.',
    profile: 'Profile',
    profileLink: ', profile',
    yourName: 'Your name',
    save: 'Save',
    saved: 'Saved.',
    yourPassword: 'Your password',
    currentPassword: 'Current password',
    newPassword: 'New password',
    changePassword: 'Change password',
    passwordChanged: 'Password changed. You are signed out everywhere else.',
    wrongCurrentPassword: 'The current password is wrong.',
    signIns: 'Sign-ins',
    whereSignedIn: 'Where you are signed in',
    signedIn: (since: string, lastUsed: string) => `Signed in ${since} · last used ${lastUsed}`,
    thisSession: 'This session',
    signOutOthers: 'Sign out everywhere else',
    othersSignedOut: 'You are signed out everywhere else.',
    unknownClient: 'Unknown client',
    browserOn: (browser: string, system: string) => `${browser} on ${system}`,
    yourData: 'Your data',
    download: 'Download my data',
    deleteAccount: 'Delete your account',
    deleteHint:
      'This erases your name and everything stored about you, and signs you out everywhere. It cannot be undone.',
    confirmPassword: 'Your password',
    confirmUsername: 'Your username',
    deleteMessages: 'Also delete my messages. Otherwise they remain under the name “Deleted user”.',
    deleteMine: 'Delete my account',
  },
};

export type Words = typeof en;
