export const fileAddress = (roomId: string, fileId: string): string =>
  `/api/rooms/${roomId}/files/${fileId}`;
