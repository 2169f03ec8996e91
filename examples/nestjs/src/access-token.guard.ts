// Checks an access token (RFC 9068) by itself: the issuer's keys are read at the first need, then no request costs a round trip.
import {
  CanActivate, createParamDecorator, ExecutionContext, ForbiddenException, Injectable, Logger, ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';

const { ISSUER = 'http://localhost:3004', AUDIENCE = 'https://api.example' } = process.env;
// Of what jose throws, what is about the provider's keys and not about the token.
const ABOUT_KEYS = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

export interface AccessToken extends JWTPayload {
  sub: string;
  client_id: string;
  /** One text, separated by spaces; absent when no scope was granted. */
  scope?: string;
}

type CheckedRequest = Request & { token?: AccessToken };

/** The scope that a handler needs. Without one nobody gets in: what is forgotten is closed. */
export const NeedsScope = Reflector.createDecorator<string>();

/** The claims of the token that was checked, as a parameter of a handler. */
export const Token = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<CheckedRequest>().token;
});

@Injectable()
export class AccessTokenGuard implements CanActivate {
  private readonly logger = new Logger(AccessTokenGuard.name);
  private keys?: Promise<JWTVerifyGetKey>;

  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CheckedRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    // RFC 6750 §3: 401 means "get a new token", 403 "this one does not allow that".
    const challenge = (parameters: string) => response.setHeader('WWW-Authenticate', `Bearer ${parameters}`.trim());

    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!token) {
      challenge('');
      throw new UnauthorizedException();
    }
    const claims = await this.check(token);
    if (!claims) {
      challenge('error="invalid_token"');
      throw new UnauthorizedException();
    }
    const needed = this.reflector.getAllAndOverride(NeedsScope, [context.getHandler(), context.getClass()]);
    if (!needed || !claims.scope?.split(' ').includes(needed)) {
      challenge(`error="insufficient_scope", scope="${needed}"`);
      throw new ForbiddenException();
    }
    request.token = claims;
    return true;
  }

  /** The claims of a token that is good here. */
  private async check(token: string): Promise<AccessToken | undefined> {
    try {
      const { payload } = await jwtVerify<AccessToken>(token, await this.providerKeys(), {
        // Without `typ` an ID token, without `algorithms` a token of a weaker key could pass.
        issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'],
        // Not `scope`: a token for which none was granted has none, and is refused with 403.
        requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
      });
      // Bound to a key (DPoP, mTLS): whoever merely carries it is not whom it was given to.
      return payload.cnf ? undefined : payload;
    } catch (error) {
      if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return undefined;
      // Nothing is wrong with the token: a 401 would send people to sign in at a provider that is away.
      this.logger.error(error);
      throw new ServiceUnavailableException();
    }
  }

  // Not at the start: the provider may start later. A failure is not kept.
  private providerKeys(): Promise<JWTVerifyGetKey> {
    return (this.keys ??= readKeys().catch((error) => { this.keys = undefined; throw error; }));
  }
}

async function readKeys(): Promise<JWTVerifyGetKey> {
  const answer = await fetch(`${ISSUER}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${ISSUER} answered ${answer.status}`);
  const metadata = await answer.json();
  // Discovery §4.3: a document of another issuer would bring another's keys.
  if (metadata.issuer !== ISSUER) throw new Error(`${ISSUER} calls itself ${metadata.issuer}`);
  return createRemoteJWKSet(new URL(metadata.jwks_uri));
}
