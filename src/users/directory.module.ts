import { Module } from '@nestjs/common';
import { DirectoryController } from './directory.controller.js';

/** The user directory over HTTP, for those who may see it. */
@Module({ controllers: [DirectoryController] })
export class DirectoryModule {}
