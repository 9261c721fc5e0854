import { type Feature, watchTable } from '@carillon/nestjs';
import type { Kysely } from 'kysely';
import { OrderPermissions } from './order-permissions.js';

export interface OrdersTable {
  id: string;
  customer_id: string;
  article: string;
  quantity: number;
  status: 'placed' | 'shipped';
}

/** One confirmation for each order: what the mailer has sent. */
export interface ConfirmationsTable {
  order_id: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    orders: OrdersTable;
    confirmations: ConfirmationsTable;
  }
}

async function createOrders(db: Kysely<any>): Promise<void> {
  await db.schema
    .createTable('orders')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('customer_id', 'text', (column) => column.notNull())
    .addColumn('article', 'text', (column) => column.notNull())
    .addColumn('quantity', 'integer', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('orders_customer').on('orders').column('customer_id').execute();
  await db.schema
    .createTable('confirmations')
    .addColumn('order_id', 'text', (column) => column.primaryKey())
    .execute();
}

/** From now on, every change of the table is an event for the customer, whichever program makes it. */
const watchOrders = (db: Kysely<any>): Promise<void> =>
  watchTable(db, { table: 'orders', topic: 'orders/{customer_id}', type: 'order.{op}' });

export const ordersFeature: Feature = {
  name: 'orders',
  topics: { orders: { audience: 'granted', snapshot: '/orders' } },
  permissions: OrderPermissions,
  tables: {
    orders: {
      columns: {
        id: 'text',
        customer_id: 'text',
        article: 'text',
        quantity: 'number',
        status: 'text',
      },
      key: ['id'],
    },
    confirmations: { columns: { order_id: 'text' }, key: ['order_id'] },
  },
  migrations: { orders: createOrders, watch: watchOrders },
};
