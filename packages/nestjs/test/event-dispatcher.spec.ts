import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CqrsModule,
  EventBus,
  EventsHandler,
  type IEventHandler,
  UnhandledExceptionBus,
} from '@nestjs/cqrs';
import { temporaryFolder } from '../../../test/support/files.js';
import { until } from '../../../test/support/wait.js';
import { CarillonModule } from '../src/carillon.module.js';
import { UnitOfWork } from '../src/transaction/unit-of-work.js';

class OrderPlaced {
  static readonly type = 'order.placed';
  readonly type = OrderPlaced.type;
  readonly topic = 'orders';

  constructor(readonly data: { readonly n: number }) {}
}

/** An event of the application, which it publishes on the bus itself. */
class CacheCleared {
  readonly at = new Date();
}

const placed: number[] = [];

@EventsHandler(OrderPlaced)
class OnOrderPlaced implements IEventHandler<OrderPlaced> {
  handle({ data: { n } }: OrderPlaced): void {
    placed.push(n);
    if (n === 1) throw new Error('the first order fails');
  }
}

@EventsHandler(CacheCleared)
class OnCacheCleared implements IEventHandler<CacheCleared> {
  handle(): void {
    throw new Error('of the application');
  }
}

it('publishes recorded events on the EventBus, and leaves other events of the application alone', async () => {
  @Module({
    imports: [
      CqrsModule.forRoot(),
      CarillonModule.forRoot({ database: `sqlite:${temporaryFolder()}/app.db`, isGlobal: true }),
      CarillonModule.forFeature({
        name: 'orders',
        topics: { orders: { audience: 'anyone', snapshot: '/orders' } },
      }),
    ],
    providers: [OnOrderPlaced, OnCacheCleared],
  })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const unhandled: unknown[] = [];
  app.get(UnhandledExceptionBus).subscribe(({ exception }) => unhandled.push(exception));

  const work = app.get(UnitOfWork);
  for (const n of [1, 2]) await work.run(async (tx) => tx.record(new OrderPlaced({ n })));
  await until(() => placed.length === 2);
  expect(unhandled).toEqual([]);

  void app.get(EventBus).publish(new CacheCleared());
  await until(() => unhandled.length > 0);
  expect(unhandled).toEqual([new Error('of the application')]);
  await app.close();
});
