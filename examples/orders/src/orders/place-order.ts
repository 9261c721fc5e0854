import { UnitOfWork } from '@carillon/nestjs';
import { ConflictException } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Order } from './order.js';
import { OrdersRepository } from './orders.repository.js';

/** Places an order under an id that the client chose. A repeat changes nothing. */
export class PlaceOrder extends Command<Order> {
  constructor(readonly order: Omit<Order, 'status'>) {
    super();
  }
}

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly orders: OrdersRepository,
  ) {}

  execute({ order: { id, customerId, article, quantity } }: PlaceOrder): Promise<Order> {
    return this.work.run(async (tx) => {
      const existing = await this.orders.find(tx.db, id);
      if (existing && existing.customerId !== customerId)
        throw new ConflictException('Another order has this id.');
      if (existing) return existing;
      const order: Order = { id, customerId, article, quantity, status: 'placed' };
      await this.orders.insert(tx.db, order);
      return order;
    });
  }
}
