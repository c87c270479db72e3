import { Module } from '@nestjs/common';
import { ExpirationController } from './expiration.controller.js';
import { ExpirationService } from './expiration.service.js';
import './expiration.session.js';

@Module({ controllers: [ExpirationController], providers: [ExpirationService] })
export class ExpirationModule {}
