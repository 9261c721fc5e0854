/** Server-Sent Events as Nest's documentation shows them: a Subject in memory, and nothing is stored. */
import 'reflect-metadata';
import { Body, Controller, type MessageEvent, Module, Post, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Observable, Subject } from 'rxjs';

@Controller('api/users')
class UsersController {
  private readonly events = new Subject<MessageEvent>();

  @Sse('event')
  listen(): Observable<MessageEvent> {
    return this.events;
  }

  @Post()
  create(@Body() user: object): object {
    this.events.next({ type: 'update', data: user });
    return user;
  }
}

@Module({ controllers: [UsersController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error', 'fatal'] });
await app.listen(Number(process.env['PORT']), '127.0.0.1');
