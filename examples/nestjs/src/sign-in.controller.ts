// Signs people in with openid-client; nothing in this file is particular to Ostiary. The session is the application's own.
import {
  ArgumentsHost, Catch, Controller, ExceptionFilter, Get, HttpStatus, Inject, Logger, Post, Redirect, Req, Session, UseFilters,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import * as client from 'openid-client';

const { ISSUER = 'http://localhost:3004', CLIENT_ID = '', CLIENT_SECRET, PORT = '3000' } = process.env;
const HOME = process.env.HOME_URL ?? `http://localhost:${PORT}/`;
export const PROVIDER = Symbol('provider');

declare module 'express-session' {
  interface SessionData {
    /** A sign-in that is under way. */
    pending: { verifier: string; state: string; nonce: string };
    user: client.IDToken & { name?: string };
    tokens: { access: string; refresh?: string; id?: string; expiresAt: number };
  }
}

/** The provider's metadata, read when the application starts. */
export const provider = {
  provide: PROVIDER,
  useFactory: () => client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
    // Plain http is for localhost.
    execute: ISSUER.startsWith('http://localhost:') ? [client.allowInsecureRequests] : [],
  }),
};

/** The person said no, came back too late, or has been signed out: a page with a way on. The reason is for the log. */
@Catch(client.AuthorizationResponseError, client.ResponseBodyError, client.ClientError)
export class SignInFailed implements ExceptionFilter {
  private readonly logger = new Logger(SignInFailed.name);

  catch(error: Error & { error?: string; code?: string }, host: ArgumentsHost) {
    this.logger.warn(`${error.error ?? error.code}: ${error.message}`);
    const response = host.switchToHttp().getResponse<Response>();
    response.status(HttpStatus.BAD_REQUEST).send('<h1>That did not work</h1><a href="/login">Sign in again</a>');
  }
}

@Controller()
@UseFilters(SignInFailed)
export class SignInController {
  constructor(@Inject(PROVIDER) private readonly provider: client.Configuration) {}

  @Get('login')
  @Redirect()
  async login(@Session() session: SessionData) {
    const pending = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() };
    session.pending = pending;
    const url = client.buildAuthorizationUrl(this.provider, {
      redirect_uri: `${HOME}callback`, scope: 'openid profile email orders:read', state: pending.state, nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(pending.verifier), code_challenge_method: 'S256',
    });
    return { url: url.href };
  }

  @Get('callback')
  @Redirect('/')
  async callback(@Req() request: Request) {
    const { pending } = request.session;
    if (!pending) return;
    delete request.session.pending;
    const tokens = await client.authorizationCodeGrant(this.provider, new URL(request.originalUrl, HOME),
      { pkceCodeVerifier: pending.verifier, expectedState: pending.state, expectedNonce: pending.nonce });
    // A new session id at the sign-in: one that somebody planted before is worth nothing.
    await new Promise<void>((done, fail) => request.session.regenerate((error) => (error ? fail(error) : done())));
    request.session.user = tokens.claims();
    keep(request.session, tokens);
  }

  // A POST, and the cookie is SameSite=Lax: no other site can sign people out.
  @Post('logout')
  @Redirect('/', HttpStatus.SEE_OTHER)
  async logout(@Req() request: Request) {
    const hint = request.session.tokens?.id;
    await new Promise<void>((done, fail) => request.session.destroy((error) => (error ? fail(error) : done())));
    return { url: client.buildEndSessionUrl(this.provider, { post_logout_redirect_uri: HOME, ...(hint && { id_token_hint: hint }) }).href };
  }
}

/** For calls to APIs, as long as the person is signed in. */
export async function accessToken(provider: client.Configuration, session: SessionData): Promise<string> {
  if (Date.now() > session.tokens.expiresAt) keep(session, await client.refreshTokenGrant(provider, session.tokens.refresh ?? ''));
  return session.tokens.access;
}

function keep(session: Partial<SessionData>, tokens: client.TokenEndpointResponse) {
  session.tokens = {
    access: tokens.access_token, refresh: tokens.refresh_token, id: tokens.id_token ?? session.tokens?.id,
    expiresAt: Date.now() + ((tokens.expires_in ?? 0) - 30) * 1000,
  };
}
