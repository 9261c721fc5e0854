import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type Request, type Response } from 'express';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppModule } from './app.module.js';
import { issuer } from './issuer/issuer.js';

const port = Number(process.env['PORT'] ?? 3000);
const issuerPort = Number(process.env['ISSUER_PORT'] ?? port + 1);
const issuerUrl = `http://localhost:${issuerPort}`;

issuer(issuerUrl, `http://localhost:${port}`).listen(issuerPort, 'localhost');

const app = await NestFactory.create<NestExpressApplication>(
  AppModule.with({
    database: process.env['DATABASE_URL'] ?? 'sqlite:./data/orders.db',
    issuer: issuerUrl,
  }),
);
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
app.use('/issuer.json', (_request: Request, response: Response) =>
  response.redirect(`${issuerUrl}/.well-known/openid-configuration`),
);
app.use(express.static(join(import.meta.dirname, '../public')));
// The page imports the packages as they are installed, without a bundler.
for (const name of ['@carillon/client', 'eventsource-parser'])
  app.use(`/modules/${name}`, express.static(dirname(fileURLToPath(import.meta.resolve(name)))));
app.enableShutdownHooks();
await app.listen(port);
console.log(`The shop is open at http://localhost:${port}`);
