import type { PermissionRule } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';

/** Grants nothing. With `DIRECTORY=off`, users are seen only on the topics that `UserAudience` finds. */
@Injectable()
export class UserPermissions implements PermissionRule {
  async topicsOf(): Promise<Map<string, number>> {
    return new Map();
  }
}
