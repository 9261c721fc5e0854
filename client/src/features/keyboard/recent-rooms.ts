/** The rooms that were opened in this tab: `store.service(recentRooms)`. */
export const recentRooms = (): RecentRooms => new RecentRooms();

export class RecentRooms {
  /** By id, the last one opened first. */
  ids: readonly string[] = [];

  open(roomId: string): void {
    this.ids = [roomId, ...this.ids.filter((id) => id !== roomId)];
  }
}
