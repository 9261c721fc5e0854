import { useParams } from '../../shell/address.js';
import { MyInvitations } from '../rooms/MyInvitations.js';
import { roomAddress } from '../rooms/room-address.js';
import { RoomList } from './RoomList.js';

export function RoomsInSidebar() {
  const open = useParams(roomAddress);
  return (
    <>
      <MyInvitations />
      <RoomList openId={open?.roomId ?? null} />
    </>
  );
}
