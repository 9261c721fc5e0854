import type { PermissionRule } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { notificationsTopic } from './notifications.events.js';

/** Grants each user the topic of their notifications. */
@Injectable()
export class NotificationPermissions implements PermissionRule {
  async topicsOf(_db: unknown, userId: string): Promise<Map<string, number>> {
    return new Map([[notificationsTopic(userId), 0]]);
  }
}
