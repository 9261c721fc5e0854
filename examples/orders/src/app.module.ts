import { CarillonModule } from '@carillon/nestjs';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { customerOf, CustomerModule } from './customer.js';
import { OrdersModule } from './orders/orders.module.js';

export interface Settings {
  readonly database: string;
  /** The OIDC issuer whose customers may order. */
  readonly issuer: string;
}

@Module({})
export class AppModule {
  static with({ database, issuer }: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        CarillonModule.forRoot({ database, schema: 'shop', caller: customerOf }),
        CustomerModule.of(issuer),
        OrdersModule,
      ],
    };
  }
}
