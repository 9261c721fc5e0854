import { Database, ExternalEvents, type OpenedStream, Streams } from '@carillon/nestjs';
import {
  Body,
  Controller,
  Get,
  Param,
  ParseUUIDPipe,
  Post,
  Put,
  Req,
  Res,
  Sse,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import type { Request, Response } from 'express';
import { CurrentCustomer, type Customer } from '../customer.js';
import type { Order } from './order.js';
import { ordersOf } from './orders.events.js';
import { OrdersRepository } from './orders.repository.js';
import { PlaceOrder } from './place-order.js';
import { ShipOrder } from './ship-order.js';

class OrderBody {
  @IsString()
  @Length(1, 100)
  readonly article!: string;

  @IsInt()
  @Min(1)
  @Max(1000)
  readonly quantity!: number;
}

@Controller('orders')
export class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly events: ExternalEvents,
    private readonly orders: OrdersRepository,
    private readonly streams: Streams,
  ) {}

  /** The customer's orders. The header `Last-Event-ID` is the cursor from which the stream continues. */
  @Get()
  list(
    @CurrentCustomer() { id }: Customer,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Order[]> {
    return this.database.snapshot(async (db) => {
      response.set('Last-Event-ID', await this.events.cursor(db));
      return this.orders.of(db, id);
    });
  }

  /** The customer's orders as they change. */
  @Sse('event')
  listen(@CurrentCustomer() { id }: Customer, @Req() request: Request): OpenedStream {
    return this.streams.open(ordersOf(id), request);
  }

  @Put(':id')
  place(
    @CurrentCustomer() customer: Customer,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { article, quantity }: OrderBody,
  ): Promise<Order> {
    return this.commands.execute(
      new PlaceOrder({ id, customerId: customer.id, article, quantity }),
    );
  }

  /** In a real shop the warehouse does this. */
  @Post(':id/shipment')
  ship(
    @CurrentCustomer() customer: Customer,
    @Param('id', ParseUUIDPipe) id: string,
  ): Promise<Order> {
    return this.commands.execute(new ShipOrder(customer.id, id));
  }
}
