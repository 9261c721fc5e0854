/** What someone has said in a room. */
export interface Message {
  readonly id: string;
  readonly roomId: string;
  /** Its place in the room: counted from 1, without gaps. */
  readonly seq: number;
  readonly authorId: string;
  /** The id that the client gave it. */
  readonly clientId: string;
  /** Null once it is deleted. */
  readonly text: string | null;
  readonly mentions: readonly string[];
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
}
