import { Rich } from '../../ui/Rich.js';
import { words } from '../../words/words.js';

/** Where rooms come from, for texts that say that there are none. */
const links = {
  create: <a href="#/new-room">{words.rooms.createOne}</a>,
  browse: <a href="#/browse">{words.rooms.browsePublic}</a>,
};

export function ChooseRoom() {
  return <Rich text={words.rooms.nothingOpen} values={links} />;
}

export function NoRooms() {
  return <Rich text={words.rooms.none} values={links} />;
}

export function NoPublicRooms() {
  return <Rich text={words.rooms.noPublicRooms} values={links} />;
}
