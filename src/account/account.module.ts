import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AccountController } from './account.controller.js';
import { ConfirmController } from './confirm.controller.js';
import { PasswordController } from './password.controller.js';

@Module({
  imports: [UsersModule],
  controllers: [AccountController, ConfirmController, PasswordController],
})
export class AccountModule {}
