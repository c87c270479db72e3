import { Controller, UseGuards } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthenticatedGuard,
  CrossOriginGuard,
  FreshLogin,
  FreshLoginGuard,
  minutes,
  Public,
  Roles,
  RolesGuard,
} from 'nestjs-redis-session';

@UseGuards(AuthenticatedGuard, RolesGuard, FreshLoginGuard)
@FreshLogin({ within: minutes(5) })
@Resolver()
export class TextResolver {
  @Public()
  @Query('open')
  open() {
    return 'open';
  }

  @Query('text')
  text() {
    return 'text';
  }

  @Roles('admin')
  @Query('secret')
  secret() {
    return 'secret';
  }

  @Public()
  @UseGuards(CrossOriginGuard)
  @Mutation('change')
  change() {
    return 'changed';
  }
}

@WebSocketGateway()
@UseGuards(CrossOriginGuard, RolesGuard)
export class TextGateway {
  @SubscribeMessage('text')
  text() {
    return { event: 'answer', data: 'text' };
  }

  @Public()
  @SubscribeMessage('open')
  open() {
    return { event: 'answer', data: 'open' };
  }

  @Roles('admin')
  @SubscribeMessage('secret')
  secret() {
    return { event: 'answer', data: 'secret' };
  }
}

@Controller()
@UseGuards(CrossOriginGuard, AuthenticatedGuard)
export class TextMessages {
  @MessagePattern('text')
  text() {
    return 'text';
  }

  @Public()
  @MessagePattern('open')
  open() {
    return 'open';
  }
}
