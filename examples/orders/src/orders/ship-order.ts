import { UnitOfWork } from '@carillon/nestjs';
import { NotFoundException } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Order } from './order.js';
import { OrdersRepository } from './orders.repository.js';

/** Ships an order. Shipping it again changes nothing. */
export class ShipOrder extends Command<Order> {
  constructor(
    readonly customerId: string,
    readonly orderId: string,
  ) {
    super();
  }
}

@CommandHandler(ShipOrder)
export class ShipOrderHandler implements ICommandHandler<ShipOrder> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly orders: OrdersRepository,
  ) {}

  execute({ customerId, orderId }: ShipOrder): Promise<Order> {
    return this.work.run(async (tx) => {
      const order = await this.orders.find(tx.db, orderId);
      if (order?.customerId !== customerId) throw new NotFoundException('There is no such order.');
      if (order.status === 'shipped') return order;
      await this.orders.setStatus(tx.db, orderId, 'shipped');
      return { ...order, status: 'shipped' };
    });
  }
}
