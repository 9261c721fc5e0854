import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { OrderPermissions } from './order-permissions.js';
import { OrdersController } from './orders.controller.js';
import { ordersFeature } from './orders.feature.js';
import { OrdersRepository } from './orders.repository.js';
import { PlaceOrderHandler } from './place-order.js';
import { SendConfirmation } from './send-confirmation.js';
import { ShipOrderHandler } from './ship-order.js';

@Module({
  imports: [CarillonModule.forFeature(ordersFeature)],
  controllers: [OrdersController],
  providers: [
    OrderPermissions,
    OrdersRepository,
    PlaceOrderHandler,
    ShipOrderHandler,
    SendConfirmation,
  ],
})
export class OrdersModule {}
