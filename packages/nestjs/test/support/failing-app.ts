import 'reflect-metadata';
import { CarillonModule, Subscription } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Has no handler, which is found when the application starts. */
@Subscription('idle')
class Idle {}

@Module({
  imports: [CarillonModule.forRoot({ database: process.env['DATABASE_URL']! })],
  providers: [Idle],
})
class AppModule {}

await NestFactory.createApplicationContext(AppModule, { logger: false }).catch((error: unknown) =>
  process.stdout.write(String(error)),
);
