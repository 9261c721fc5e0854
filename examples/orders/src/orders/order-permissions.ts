import type { PermissionRule } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { ordersOf } from './orders.events.js';

/** A customer may receive their own orders, from the first one. */
@Injectable()
export class OrderPermissions implements PermissionRule {
  async topicsOf(_db: unknown, customerId: string): Promise<Map<string, number>> {
    return new Map([[ordersOf(customerId), 0]]);
  }
}
