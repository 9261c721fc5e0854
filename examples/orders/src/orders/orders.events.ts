import type { DomainEvent } from '@carillon/nestjs';
import type { OrdersTable } from './orders.feature.js';

/** The topic of one customer's orders. Nobody else receives it. */
export const ordersOf = (customerId: string): string => `orders/${customerId}`;

/** The data of the events that the watched table records: what was done to which row. */
export interface RowChange {
  readonly op: 'insert' | 'update' | 'delete';
  readonly row: OrdersTable;
}

/** A row was inserted into the table, by whichever program. */
export class OrderInserted implements DomainEvent<RowChange> {
  static readonly type = 'order.insert';
  readonly type = OrderInserted.type;
  readonly topic: string;

  constructor(readonly data: RowChange) {
    this.topic = ordersOf(data.row.customer_id);
  }
}
