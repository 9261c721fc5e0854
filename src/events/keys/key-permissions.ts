import type { LoggedEvent, PermissionRule } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { callerIdOf } from './key.js';
import { revokedBy } from './keys.events.js';

/** Ends the streams of a key at the event that revokes it, on every node. Keys give no access to topics of features. */
@Injectable()
export class KeyPermissions implements PermissionRule {
  async topicsOf(): Promise<ReadonlyMap<string, number>> {
    return new Map();
  }

  sessionEndedBy(event: LoggedEvent): string | undefined {
    const id = revokedBy(event);
    return id === undefined ? undefined : callerIdOf(id);
  }
}
