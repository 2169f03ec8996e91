// An API in NestJS. Every handler names the scope that it needs; the guard is in access-token.guard.ts.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { AccessTokenGuard, NeedsScope, Token } from './access-token.guard.js';
import type { AccessToken } from './access-token.guard.js';

@Controller('orders')
class OrdersController {
  @Get()
  @NeedsScope('orders:read')
  list(@Token() token: AccessToken) {
    return { person: token.sub, orders: ['a lantern'] };
  }
}

// For the whole application: a handler that names no scope is closed.
@Module({
  controllers: [OrdersController],
  providers: [{ provide: APP_GUARD, useClass: AccessTokenGuard }],
})
class AppModule {}

const { PORT = '3001' } = process.env;
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(Number(PORT), 'localhost');
