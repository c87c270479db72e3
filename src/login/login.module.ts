import { Module } from '@nestjs/common';
import { LoginController } from './login.controller.js';
import { MeController } from './me.controller.js';
import { UsersService } from './users.service.js';

@Module({ controllers: [LoginController, MeController], providers: [UsersService] })
export class LoginModule {}
