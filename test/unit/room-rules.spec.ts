import {
  canAdminister,
  canBeInvited,
  canBeRemoved,
  canBlock,
  canContact,
  canDelete,
  canEdit,
  canEnter,
  canHaveRole,
  canHide,
  canInvite,
  canJoin,
  canOpenDirect,
  canPost,
  canRemove,
  canDescribe,
  canSee,
  canWithdraw,
  type Decision,
  enforce,
  REFUSALS,
} from '../../src/rooms/room/room-rules.js';
import type { Kind, Member, Role, Room } from '../../src/rooms/room/room.js';

const NOW = '2026-03-01T12:00:00.000Z';
const ID = '0195514b-a6bf-7c52-a1b5-6a3e6b7c9d10';

const roomOf = (kind: Kind, archivedAt: string | null = null): Room => ({
  id: ID,
  kind,
  name: kind === 'direct' ? null : 'Analysis',
  topic: null,
  archivedAt,
  createdAt: NOW,
  updatedAt: NOW,
});

const memberOf = (userId: string, role: Role = 'member'): Member => ({
  userId,
  role,
  joinedAt: NOW,
});

const ROOMS = {
  public: roomOf('public'),
  private: roomOf('private'),
  direct: roomOf('direct'),
  'archived public': roomOf('public', NOW),
  'archived private': roomOf('private', NOW),
};
type RoomName = keyof typeof ROOMS;

const me = memberOf('me');
const owner = memberOf('me', 'owner');

/** `allowed`, or the code and the detail of the refusal. */
const outcomeOf = (decision: Decision): string =>
  decision ? `${decision.code}: ${decision.message}` : 'allowed';

const NO_ROOM = `not-found: ${REFUSALS.noRoom(ID)}`;
const NOT_MEMBER = `forbidden: ${REFUSALS.notMember}`;
const NOT_OWNER = `forbidden: ${REFUSALS.notOwner}`;
const ARCHIVED = `conflict: ${REFUSALS.archived}`;
const DIRECT = `conflict: ${REFUSALS.direct}`;
const LAST_OWNER = `conflict: ${REFUSALS.lastOwner}`;

describe('the rules of rooms', () => {
  it('enforce a decision by throwing its problem', () => {
    expect(() => enforce(canPost(ROOMS.public))).not.toThrow();
    expect(() => enforce(canPost(ROOMS['archived public']))).toThrow(REFUSALS.archived);
  });

  it.each<[RoomName | 'missing', 'member' | 'invited' | 'neither', string, string]>([
    ['missing', 'neither', NO_ROOM, NO_ROOM],
    ['public', 'neither', 'allowed', NOT_MEMBER],
    ['public', 'member', 'allowed', 'allowed'],
    ['archived public', 'neither', 'allowed', NOT_MEMBER],
    ['private', 'neither', NO_ROOM, NO_ROOM],
    ['private', 'invited', 'allowed', NOT_MEMBER],
    ['private', 'member', 'allowed', 'allowed'],
    ['archived private', 'member', 'allowed', 'allowed'],
    ['direct', 'neither', NO_ROOM, NO_ROOM],
    ['direct', 'member', 'allowed', 'allowed'],
  ])('seeing and entering: %s room, %s', (name, relation, seen, entered) => {
    const room = name === 'missing' ? undefined : ROOMS[name];
    const member = relation === 'member' ? me : undefined;
    const all = { room, member, isInvited: relation === 'invited' };
    expect(outcomeOf(canSee(ID, all))).toBe(seen);
    expect(outcomeOf(canEnter(ID, all))).toBe(entered);
  });

  it.each<[RoomName, string]>([
    ['public', 'allowed'],
    ['private', 'allowed'],
    ['direct', 'allowed'],
    ['archived public', ARCHIVED],
    ['archived private', ARCHIVED],
  ])('joining and posting: %s room', (name, expected) => {
    expect(outcomeOf(canJoin(ROOMS[name]))).toBe(expected);
    expect(outcomeOf(canPost(ROOMS[name]))).toBe(expected);
  });

  it.each<[RoomName, string, string | null, string]>([
    ['public', 'me', null, 'allowed'],
    ['public', 'other', null, `forbidden: ${REFUSALS.editByOther}`],
    ['public', 'other', NOW, `forbidden: ${REFUSALS.editByOther}`],
    ['public', 'me', NOW, `conflict: ${REFUSALS.editDeleted}`],
    ['archived public', 'me', null, ARCHIVED],
    ['archived public', 'me', NOW, `conflict: ${REFUSALS.editDeleted}`],
  ])('editing in a %s room: message by %s, deleted at %s', (name, authorId, deletedAt, expected) =>
    expect(outcomeOf(canEdit('me', ROOMS[name], { authorId, deletedAt }))).toBe(expected),
  );

  it.each([
    [me, 'me', 'allowed'],
    [me, 'other', `forbidden: ${REFUSALS.deleteByOther}`],
    [owner, 'other', 'allowed'],
  ])('deleting: %j, message by %s', (member, authorId, expected) =>
    expect(outcomeOf(canDelete(member, { authorId, deletedAt: null }))).toBe(expected),
  );

  it.each<[RoomName, Role, string]>([
    ['public', 'member', 'allowed'],
    ['public', 'owner', 'allowed'],
    ['private', 'member', `forbidden: ${REFUSALS.inviteByMember}`],
    ['private', 'owner', 'allowed'],
    ['archived private', 'member', ARCHIVED],
    ['archived public', 'owner', ARCHIVED],
    ['direct', 'member', DIRECT],
  ])('inviting to a %s room: %s', (name, role, expected) =>
    expect(outcomeOf(canInvite({ room: ROOMS[name], member: memberOf('me', role) }))).toBe(
      expected,
    ),
  );

  const CANNOT_SIGN_IN = 'validation-failed: userId must be the id of a user who can sign in.';

  it.each([
    [{ canSignIn: true, isMember: false }, 'allowed'],
    [{ canSignIn: true, isMember: true }, `conflict: ${REFUSALS.alreadyMember('other')}`],
    [{ canSignIn: false, isMember: false }, CANNOT_SIGN_IN],
  ])('being invited: %j', (state, expected) =>
    expect(outcomeOf(canBeInvited('other', state))).toBe(expected),
  );

  it.each([
    ['other', { invitedBy: 'other' }, undefined, NOT_MEMBER],
    ['other', { invitedBy: 'other' }, me, NOT_OWNER],
    ['other', undefined, me, NOT_OWNER],
    ['other', { invitedBy: 'other' }, owner, 'allowed'],
    ['other', { invitedBy: 'me' }, undefined, 'allowed'],
    ['me', { invitedBy: 'other' }, undefined, 'allowed'],
  ])('withdrawing: invitation of %s %j, caller %j', (userId, invitation, member, expected) =>
    expect(outcomeOf(canWithdraw('me', userId, invitation, member))).toBe(expected),
  );

  it.each<[RoomName, Role, string, boolean, string]>([
    ['public', 'member', 'me', false, 'allowed'],
    ['public', 'member', 'other', false, `forbidden: ${REFUSALS.removeByMember}`],
    ['public', 'owner', 'other', false, 'allowed'],
    ['archived private', 'member', 'me', false, 'allowed'],
    ['direct', 'member', 'me', true, DIRECT],
    ['direct', 'member', 'other', false, DIRECT],
  ])('removing from a %s room: %s removes %s', (name, role, userId, hides, expected) => {
    const own = { room: ROOMS[name], member: memberOf('me', role) };
    expect(canHide(own, userId)).toBe(hides);
    expect(outcomeOf(canRemove(own, userId))).toBe(expected);
  });

  const two = [owner, memberOf('a')];
  const owners = [owner, memberOf('a', 'owner'), memberOf('b')];

  it.each([
    ['stranger', two, `not-found: ${REFUSALS.noMember('stranger')}`],
    ['a', two, 'allowed'],
    ['me', two, LAST_OWNER],
    ['me', owners, 'allowed'],
    ['me', [owner], 'allowed'],
  ])('being removed: %s of %j', (userId, members, expected) =>
    expect(outcomeOf(canBeRemoved(userId, members))).toBe(expected),
  );

  it.each<[RoomName, Role, string]>([
    ['public', 'member', NOT_OWNER],
    ['public', 'owner', 'allowed'],
    ['archived private', 'owner', 'allowed'],
    ['direct', 'member', DIRECT],
  ])('administering a %s room: %s', (name, role, expected) =>
    expect(outcomeOf(canAdminister({ room: ROOMS[name], member: memberOf('me', role) }))).toBe(
      expected,
    ),
  );

  it.each<[RoomName, string, boolean, string]>([
    ['public', 'Synthesis', false, 'allowed'],
    ['public', 'Synthesis', true, 'allowed'],
    ['archived public', 'Synthesis', false, 'allowed'],
    ['archived public', 'Analysis', true, 'allowed'],
    ['archived public', 'Synthesis', true, ARCHIVED],
  ])(
    'renaming a %s room, or changing its topic: to %s, archived: %s',
    (name, to, archived, expected) => {
      const room = { ...ROOMS[name], topic: 'Analysis' };
      for (const change of [{ name: to }, { topic: to }])
        expect(outcomeOf(canDescribe(room, { ...room, ...change, archived }))).toBe(expected);
    },
  );

  it.each<[string, Role, readonly Member[], string]>([
    ['stranger', 'owner', two, `not-found: ${REFUSALS.noMember('stranger')}`],
    ['a', 'owner', two, 'allowed'],
    ['a', 'member', two, 'allowed'],
    ['me', 'owner', two, 'allowed'],
    ['me', 'member', two, LAST_OWNER],
    ['me', 'member', [owner], LAST_OWNER],
    ['me', 'member', owners, 'allowed'],
  ])('changing a role: %s becomes %s, of %j', (userId, role, members, expected) =>
    expect(outcomeOf(canHaveRole(userId, role, members))).toBe(expected),
  );

  it.each([
    ['other', true, 'allowed'],
    ['other', false, CANNOT_SIGN_IN],
    ['me', true, 'validation-failed: userId must be the id of another user.'],
  ])('opening a direct conversation with %s, who can sign in: %s', (other, canSignIn, expected) =>
    expect(outcomeOf(canOpenDirect('me', other, canSignIn))).toBe(expected),
  );

  it.each([
    [{ byCaller: false, byOther: false }, 'allowed'],
    [{ byCaller: true, byOther: false }, `conflict: ${REFUSALS.blockedByCaller}`],
    [{ byCaller: false, byOther: true }, `recipient-unavailable: ${REFUSALS.blockedByOther}`],
    [{ byCaller: true, byOther: true }, `conflict: ${REFUSALS.blockedByCaller}`],
  ])('contacting a user: blocked %j', (blocks, expected) =>
    expect(outcomeOf(canContact(blocks))).toBe(expected),
  );

  it('refuse that users block themselves', () => {
    expect(outcomeOf(canBlock('me', 'other'))).toBe('allowed');
    expect(outcomeOf(canBlock('me', 'me'))).toBe(`conflict: ${REFUSALS.blockSelf}`);
  });
});
