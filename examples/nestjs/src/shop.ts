// A web application in NestJS. People sign in by sign-in.controller.ts; its orders come from the API in main.ts.
import 'reflect-metadata';
import { Controller, Get, Inject, Module, Res, Session, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Response } from 'express';
import session from 'express-session';
import type { SessionData } from 'express-session';
import { randomBytes } from 'node:crypto';
import type { Configuration } from 'openid-client';
import { accessToken, provider, PROVIDER, SignInController, SignInFailed } from './sign-in.controller.js';

const { API = 'http://localhost:3001', PORT = '3000', SESSION_SECRET = randomBytes(32).toString('hex') } = process.env;

@Controller()
@UseFilters(SignInFailed)
class ShopController {
  constructor(@Inject(PROVIDER) private readonly provider: Configuration) {}

  @Get()
  home(@Session() { user }: SessionData) {
    return user
      ? `<h1>Hello ${escape(user.name ?? user.sub)}</h1><a href="/orders">Your orders</a> <form action="/logout" method="post"><button>Sign out</button></form>`
      : '<h1>My shop</h1><a href="/login">Sign in</a>';
  }

  @Get('orders')
  async orders(@Session() session: SessionData, @Res() response: Response) {
    if (!session.user) return response.redirect('/login');
    const authorization = `Bearer ${await accessToken(this.provider, session)}`;
    const answer = await fetch(`${API}/orders`, { headers: { authorization }, signal: AbortSignal.timeout(10_000) });
    response.status(answer.status).send(`<h1>Your orders</h1><pre>${escape(await answer.text())}</pre><a href="/">Back</a>`);
  }
}

@Module({ controllers: [SignInController, ShopController], providers: [provider] })
class ShopModule {}

function escape(text: string) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const app = await NestFactory.create(ShopModule, { logger: ['error', 'warn'] });
// Sessions in memory are for one process: give `store` a database (connect-pg-simple, connect-redis), and `cookie.secure: true` behind https.
app.use(session({ name: 'shop', secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));
await app.listen(Number(PORT), 'localhost');
