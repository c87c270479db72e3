import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { BlocksController } from './blocks.controller.js';
import { LoginLimitsController } from './login-limits.controller.js';

@Module({ imports: [UsersModule], controllers: [LoginLimitsController, BlocksController] })
export class LoginLimitsModule {}
