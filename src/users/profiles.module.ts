import { Module } from '@nestjs/common';
import { ProfilesController } from './profiles.controller.js';

/** Single users over HTTP. */
@Module({ controllers: [ProfilesController] })
export class ProfilesModule {}
