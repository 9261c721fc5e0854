import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Order } from './order.js';
import type { OrdersTable } from './orders.feature.js';

@Injectable()
export class OrdersRepository {
  async insert(db: Kysely<Schema>, { customerId, ...order }: Order): Promise<void> {
    const row = { ...order, customer_id: customerId };
    await db.insertInto('orders').values(row).execute();
  }

  async setStatus(db: Kysely<Schema>, id: string, status: Order['status']): Promise<void> {
    await db.updateTable('orders').set({ status }).where('id', '=', id).execute();
  }

  async find(db: Kysely<Schema>, id: string): Promise<Order | undefined> {
    const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toOrder(row);
  }

  async of(db: Kysely<Schema>, customerId: string): Promise<Order[]> {
    const query = db.selectFrom('orders').selectAll().where('customer_id', '=', customerId);
    return (await query.orderBy('id').execute()).map(toOrder);
  }
}

const toOrder = ({ customer_id: customerId, ...order }: OrdersTable): Order => ({
  ...order,
  customerId,
});
