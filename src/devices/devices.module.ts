import { Module } from '@nestjs/common';
import { DevicesController } from './devices.controller.js';
import { StillHereController } from './still-here.controller.js';

@Module({ controllers: [StillHereController, DevicesController] })
export class DevicesModule {}
