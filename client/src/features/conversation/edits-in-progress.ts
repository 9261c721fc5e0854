import type { Store } from '../../store/store.js';
import type { Message } from '../rooms/message.js';

/** The edits in progress of a store: `store.service(editsInProgress)`. */
export const editsInProgress = (_store: Store): EditsInProgress => new EditsInProgress();

interface Edit {
  readonly message: Message;
  readonly text: string;
}

/** The message that is being edited in each room, and its new text; they outlive a visit to another room. */
export class EditsInProgress {
  readonly #byRoom = new Map<string, Edit>();

  in(roomId: string): Edit | undefined {
    return this.#byRoom.get(roomId);
  }

  keep(message: Message, text: string): void {
    this.#byRoom.set(message.roomId, { message, text });
  }

  end(roomId: string): void {
    this.#byRoom.delete(roomId);
  }
}
