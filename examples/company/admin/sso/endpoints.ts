import { jwtVerify, type JWTPayload } from 'jose'
import * as client from 'openid-client'
import { generateExpiredPayloadCookie, parseCookies, type Endpoint, type PayloadRequest, type Where } from 'payload'
import { CALLBACK, CLIENT_ID, ISSUER, keysAreAway, provider, providerKeys, SCOPE, SERVER_URL } from './provider'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
// A cookie for each attempt, so that two tabs do not disturb each other.
const pending = (state: string | null) => `company_admin_login_${state}`
const ONLY_THERE = 'Path=/api/users/oauth; HttpOnly; SameSite=Lax'
const SECURE = SERVER_URL.startsWith('https:') ? '; Secure' : ''

// In place of payload-oauth2's own endpoint of this name: state, nonce and PKCE, in a cookie that no script reads.
export const authorize: Endpoint = {
  path: '/oauth/authorize',
  method: 'get',
  handler: async (req) => {
    // Next's client looks ahead; a sign-in is begun by a browser that goes there.
    if (req.headers.has('RSC')) return new Response(null, { status: 204 })
    const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()]
    const to = client.buildAuthorizationUrl(await provider(), {
      redirect_uri: CALLBACK, scope: SCOPE, state, nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    })
    const cookie = `${pending(state)}=${state}.${nonce}.${verifier}; ${ONLY_THERE}; Max-Age=3600${SECURE}`
    return new Response(null, { status: 303, headers: { location: to.href, 'set-cookie': cookie, 'cache-control': 'no-store' } })
  },
}

export function pendingSignIn(req: PayloadRequest) {
  const [state, nonce, verifier] = (parseCookies(req.headers).get(pending(req.searchParams.get('state'))) ?? '').split('.')
  if (!state || !nonce || !verifier) throw new Error('this browser began no sign-in')
  return { state, nonce, verifier }
}

// payload-oauth2's own callback; however it went, the attempt is over.
export const endingTheAttempt = (endpoint: Omit<Endpoint, 'root'>): Omit<Endpoint, 'root'> => (endpoint.path !== '/oauth/callback' ? endpoint : {
  ...endpoint,
  handler: async (req) => {
    const response = await endpoint.handler(req)
    const name = pending(req.searchParams.get('state'))
    if (parseCookies(req.headers).has(name)) response.headers.append('set-cookie', `${name}=; ${ONLY_THERE}; Max-Age=0${SECURE}`)
    return response
  },
})

// A POST: Payload takes its cookie from our own origin only. Another site's request comes without the person, and must not take their cookie
// either. Ours may come without them, too, when the session ended elsewhere.
export const signOut: Endpoint = {
  path: '/sso-logout',
  method: 'post',
  handler: async (req) => {
    if (!req.user && req.headers.get('sec-fetch-site') !== 'same-origin') {
      return new Response(null, { status: 303, headers: { location: `${SERVER_URL}/admin` } })
    }
    const session = (req.user as { session?: number } | null)?.session
    const ended = session && (await req.payload.delete({ collection: 'sso-sessions', where: { id: { equals: session } } }))
    const id_token_hint = ended ? (ended.docs[0] as { idToken?: string } | undefined)?.idToken : undefined
    const to = client.buildEndSessionUrl(await provider(), { post_logout_redirect_uri: `${SERVER_URL}/signed-out`, ...(id_token_hint && { id_token_hint }) })
    const cookie = generateExpiredPayloadCookie({
      collectionAuthConfig: req.payload.collections.users.config.auth, cookiePrefix: req.payload.config.cookiePrefix,
    })
    return new Response(null, { status: 303, headers: { location: to.href, 'set-cookie': cookie } })
  },
}

// The provider tells that a session ended there (OpenID Connect Back-Channel Logout 1.0 §2.6).
export const backchannelLogout: Endpoint = {
  path: '/backchannel-logout',
  method: 'post',
  handler: async (req) => {
    const headers = { 'cache-control': 'no-store' }
    const refuse = (why: string) => {
      req.payload.logger.warn(`logout token: ${why}`)
      return Response.json({ error: 'invalid_request' }, { status: 400, headers })
    }
    const token = new URLSearchParams(await req.text!()).get('logout_token') ?? ''
    let claims: JWTPayload
    try {
      const { payload } = await jwtVerify(token, await providerKeys(), {
        issuer: ISSUER, audience: CLIENT_ID, typ: 'logout+jwt', algorithms: ['RS256'], requiredClaims: ['iat', 'jti', 'events'], maxTokenAge: 120,
      })
      claims = payload
    } catch (error) {
      // 400 would be the end of it; at 500 the provider comes back.
      if (keysAreAway(error)) throw error
      return refuse((error as Error).message)
    }
    const { sid, sub, nonce, events } = claims
    // A `nonce` marks an ID token; it must not pass for this.
    if (!(events as Record<string, unknown> | null)?.[EVENT] || nonce !== undefined || !(sid || sub)) return refuse('not a logout token')
    // When our database is away the answer is 500, too.
    const where: Where = sid ? { sid: { equals: sid } } : { 'user.sub': { equals: sub } }
    await req.payload.delete({ collection: 'sso-sessions', where })
    return new Response(null, { status: 200, headers })
  },
}
