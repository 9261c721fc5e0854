import { NEVER } from '../../../../src/rooms/room/notification-level.js';
import type { State } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { membershipIn } from '../rooms/memberships.js';
import { titleOf } from '../rooms/names.js';
import { levelChoices } from './level-choices.js';
import { levelWords } from './levels.words.js';
import { inOneHour, mutedText, MUTED, tomorrow } from './mute-times.js';

export interface LevelCommand {
  readonly id: string;
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** What the finder offers for the open room: the levels and mutes that would change something. */
export function levelCommands(store: Store, state: State, roomId: string | null): LevelCommand[] {
  const mine = membershipIn(state, roomId);
  if (!mine) return [];
  const room = titleOf(state, mine);
  const { commands: words } = levelWords;
  const choose = (change: Parameters<LevelChoices['choose']>[1]) =>
    store.service(levelChoices).choose(mine.room.id, change);
  const mute = (title: string, until: () => string | null) => ({
    id: title,
    title,
    run: () => choose({ mutedUntil: until() }),
  });
  const levels = (['all', 'mentions', 'nothing'] as const).filter((level) => level !== mine.level);
  return [
    ...levels.map((level) => ({
      id: level,
      title: words[level](room),
      run: () => choose({ level }),
    })),
    ...(mutedText(mine.mutedUntil, MUTED) === null ? [] : [mute(words.unmute(room), () => null)]),
    mute(words.hour(room), () => inOneHour(new Date())),
    mute(words.tomorrow(room), () => tomorrow(new Date())),
    ...(mine.mutedUntil === NEVER ? [] : [mute(words.forever(room), () => NEVER)]),
  ];
}

type LevelChoices = ReturnType<typeof levelChoices>;
