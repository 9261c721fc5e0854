import { texts, words } from '../../words/words.js';

const numbers = new Intl.NumberFormat('en');

export const levelWords = texts({
  heading: (room: string) => `Notifications for ${room}`,
  button: (state: string) => `Notifications: ${state}`,
  levels: { all: 'all messages', mentions: 'mentions', nothing: 'nothing' },
  notifyMe: 'Notify me of',
  choices: { all: 'All messages', mentions: 'Mentions of me', nothing: 'Nothing' },
  mute: 'Mute',
  forOneHour: 'For 1 hour',
  untilTomorrow: 'Until tomorrow',
  untilUnmuted: 'Until I turn it on',
  unmute: 'Turn notifications on',
  muted: 'muted',
  mutedUntil: (date: Date) => `muted until ${words.dates.dayAndTime(date)}`,
  isMuted: 'This room is muted.',
  isMutedUntil: (date: Date) => `This room is muted until ${words.dates.dayAndTime(date)}.`,
  commands: {
    all: (room: string) => `Notify me of all messages in ${room}`,
    mentions: (room: string) => `Notify me of mentions in ${room}`,
    nothing: (room: string) => `Notify me of nothing in ${room}`,
    hour: (room: string) => `Mute ${room} for 1 hour`,
    tomorrow: (room: string) => `Mute ${room} until tomorrow`,
    forever: (room: string) => `Mute ${room}`,
    unmute: (room: string) => `Turn notifications of ${room} on`,
  },
  everyone: (members: number) => `Everyone, ${numbers.format(members)} members`,
  notifyAll: 'Notify everyone?',
  notifiesMany: (people: number) =>
    `@all notifies the ${numbers.format(people)} other members of this room.`,
  notifiesMembers: '@all notifies every member of this room.',
  notify: (people: number) => `Notify ${numbers.format(people)} people`,
  notifyMembers: 'Notify all members',
  sendQuietly: 'Send without notifying',
  cancel: 'Cancel',
  onlyOwners: (most: number) =>
    `In rooms with more than ${numbers.format(most)} members, only owners can notify everyone. This @all notifies nobody.`,
});
