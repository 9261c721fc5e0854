import { On, type Transaction } from '@carillon/nestjs';
import { OrderShipped } from './shop.js';

/** Which handlers compile; the type check is the test. */
export class TypedHandlers {
  @On(OrderShipped)
  right(event: OrderShipped, tx: Transaction) {
    return [event, tx];
  }

  // @ts-expect-error: an event of another class
  @On(OrderShipped)
  wrongEvent(event: { data: { order: string } }) {
    return event;
  }

  // @ts-expect-error: without a transaction, the second parameter is the delivery
  @On(OrderShipped, { transaction: false })
  wrongParameter(event: OrderShipped, tx: Transaction) {
    return [event, tx];
  }
}
