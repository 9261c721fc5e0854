import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import webPush from 'web-push';
import { Config } from '../config.js';
import { publicUrl } from '../public-url.js';
import type { NotifiedMessage } from '../rooms/levels/notified-message.js';
import { GetUser } from '../users/get-user.js';
import { notificationText } from './plain-text.js';
import type { PushRequest } from './push-service.js';
import type { PushTarget } from './push-subscriptions.repository.js';
import { VapidKeys } from './vapid-keys.js';

const ENCODING = 'aes128gcm';
/** Seconds for which a push service keeps a notification for a browser that is offline. */
export const KEPT_FOR = 24 * 60 * 60;

/** What the service worker of the page receives: all that the notification shows. */
export interface PushPayload {
  /** The same for each attempt, so that a browser that gets a message twice shows it once. */
  readonly tag: string;
  readonly author: string;
  /** The name of the room; `null` in a direct conversation. */
  readonly room: string | null;
  readonly text: string;
  readonly roomId: string;
  readonly seq: number;
  /** The `seq` of the first message of its thread; `null` if it is no reply. */
  readonly threadOf: number | null;
}

/** Builds the requests that notify browsers of messages. */
@Injectable()
export class PushRequests {
  constructor(
    private readonly config: Config,
    private readonly keys: VapidKeys,
    private readonly queries: QueryBus,
  ) {}

  async of(target: PushTarget, notified: NotifiedMessage): Promise<PushRequest> {
    const payload = await this.#payloadOf(notified);
    const { endpoint, p256dh, auth } = target;
    const { cipherText } = webPush.encrypt(p256dh, auth, JSON.stringify(payload), ENCODING);
    return {
      endpoint,
      headers: {
        ...this.#authorization(new URL(endpoint).origin),
        'Content-Type': 'application/octet-stream',
        'Content-Encoding': ENCODING,
        TTL: String(KEPT_FOR),
        Urgency: 'high',
        // 32 characters, the maximum. A later attempt replaces what the service has of an earlier one.
        Topic: payload.tag.replaceAll('-', ''),
      },
      body: cipherText,
    };
  }

  async #payloadOf({ message, room }: NotifiedMessage): Promise<PushPayload> {
    const { firstname, lastname } = await this.queries.execute(new GetUser(message.authorId));
    const { roomId, seq, threadOf } = message;
    return {
      tag: message.id,
      author: `${firstname} ${lastname}`.trim(),
      room: room.kind === 'direct' ? null : room.name,
      text: notificationText(message.text || message.files.map(({ name }) => name).join('\n')),
      roomId,
      seq,
      threadOf,
    };
  }

  #authorization(audience: string): { Authorization: string } {
    const { publicKey, privateKey } = this.keys;
    const subject = this.config.PUSH_SUBJECT || defaultSubject(this.config);
    const headers = webPush.getVapidHeaders(audience, subject, publicKey, privateKey, ENCODING);
    return { Authorization: headers.Authorization };
  }
}

/** Whom the operator of a push service can contact (RFC 8292, 2.1). */
function defaultSubject(config: Config): string {
  const url = publicUrl(config);
  return url.startsWith('https:') ? url : 'mailto:postmaster@localhost';
}
