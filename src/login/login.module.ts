import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { LoginController } from './login.controller.js';
import { MeController } from './me.controller.js';

@Module({ imports: [UsersModule], controllers: [LoginController, MeController] })
export class LoginModule {}
