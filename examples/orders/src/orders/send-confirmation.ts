import { On, Subscription, type Transaction } from '@carillon/nestjs';
import { OrderInserted } from './orders.events.js';

/**
 * Confirms each order once. The stored cursor and the row commit together, so neither a crash nor a second node confirms an
 * order twice or never.
 */
@Subscription('confirmations')
export class SendConfirmation {
  @On(OrderInserted)
  async handle({ data: { row } }: OrderInserted, tx: Transaction): Promise<void> {
    await tx.db.insertInto('confirmations').values({ order_id: row.id }).execute();
  }
}
