import { OAuth2Plugin } from 'payload-oauth2'
import type { PayloadRequest, Plugin } from 'payload'
import * as client from 'openid-client'
import { CALLBACK, CLIENT_ID, ISSUER, provider, SCOPE, SERVER_URL } from './provider'
import { endingTheAttempt, pendingSignIn } from './endpoints'
import { bySession } from './sessions'

const ROLES = ['admin', 'editor']
class NoRole extends Error {}

// payload-oauth2 finds or makes the user and signs Payload's cookie. By itself it checks neither state nor nonce nor the ID token; here
// openid-client does that, in `getToken`, and the way there is our own (`authorize` in endpoints.ts).
const oauth2 = OAuth2Plugin({
  strategyName: 'ostiary',
  subFieldName: 'sub',
  useEmailAsIdentity: false,
  serverURL: SERVER_URL,
  clientId: CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET ?? '',
  providerAuthorizationUrl: `${ISSUER}/authorize`,
  tokenEndpoint: `${ISSUER}/token`,
  scopes: SCOPE.split(' '),
  authorizePath: '/oauth/authorize',
  callbackPath: '/oauth/callback',
  // An answer with `error` has no code; what it says is checked and told by openid-client all the same.
  callbackExtractToken: async (req: PayloadRequest) => req.searchParams.get('code') ?? '',
  getToken: async (_code, req) => {
    const { state, nonce, verifier } = pendingSignIn(req)
    const tokens = await client.authorizationCodeGrant(await provider(), new URL(`${CALLBACK}?${req.searchParams}`),
      { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true })
    req.context.sso = { claims: tokens.claims(), sid: tokens.claims()!.sid, idToken: tokens.id_token }
    return tokens.access_token
  },
  getUserInfo: async (_accessToken, req) => {
    const { claims } = req!.context.sso as { claims: client.IDToken & { roles?: string[] } }
    // Who has no role gets no row either. The first administrator is whoever comes first with the role: nothing is set up by hand.
    const roles = ROLES.filter((role) => claims.roles?.includes(role))
    if (roles.length === 0) throw new NoRole(`${claims.sub} has no role here`)
    return { sub: claims.sub, email: claims.email, name: claims.name, roles }
  },
  successRedirect: () => '/admin',
  failureRedirect: (req, error) => {
    if (error instanceof NoRole) return '/refused'
    req.payload.logger.error({ err: error, msg: 'sign-in failed' })
    return '/signed-out?failed'
  },
})

const ours: Plugin = (config) => ({
  ...config,
  collections: config.collections!.map((collection) => (collection.slug === 'users' && typeof collection.auth === 'object'
    ? {
        ...collection, auth: { ...collection.auth, strategies: [bySession] },
        endpoints: collection.endpoints && collection.endpoints.map(endingTheAttempt),
      }
    : collection)),
})

export const singleSignOn: Plugin[] = [oauth2 as Plugin, ours]
