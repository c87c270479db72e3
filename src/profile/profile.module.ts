import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ProfileStore } from '../users/profile.store.js';
import { UsersModule } from '../users/users.module.js';
import { AfterLogin } from './after-login.interceptor.js';
import { PROFILE_SERVICE, ProfileClient, type ProfileServiceAddress } from './profile.client.js';
import { ProfileController } from './profile.controller.js';
import { ProfileKeeper } from './profile.keeper.js';

@Module({
  imports: [UsersModule],
  controllers: [ProfileController],
  providers: [ProfileStore, ProfileKeeper, ProfileClient, { provide: APP_INTERCEPTOR, useClass: AfterLogin }],
})
export class ProfileModule {
  static with(address: ProfileServiceAddress): DynamicModule {
    return { module: ProfileModule, providers: [{ provide: PROFILE_SERVICE, useValue: address }] };
  }
}
