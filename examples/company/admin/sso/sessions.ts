import { jwtVerify } from 'jose'
import { extractJWT, type AuthStrategy, type CollectionConfig, type CollectionAfterLogoutHook, type CollectionBeforeLoginHook } from 'payload'

const HOURS = 12

// One row a sign-in. Payload's own sessions come with its password login; these are what the provider's sign-out can end, one by one.
export const Sessions: CollectionConfig = {
  slug: 'sso-sessions',
  admin: { hidden: true },
  // Nobody, not by any interface; the code below asks past this.
  access: { read: () => false, create: () => false, update: () => false, delete: () => false },
  fields: [
    { name: 'user', type: 'relationship', relationTo: 'users', required: true, index: true },
    { name: 'sid', type: 'text', index: true },
    { name: 'idToken', type: 'textarea', required: true },
    { name: 'endsAt', type: 'date', required: true, index: true },
  ],
}

// Called by payload-oauth2 after the person was found or made, before their cookie is signed.
export const beginSession: CollectionBeforeLoginHook = async ({ req, user }) => {
  const { sid, idToken } = req.context.sso as { sid?: string; idToken: string }
  const now = new Date()
  await req.payload.delete({ collection: 'sso-sessions', where: { endsAt: { less_than: now.toISOString() } }, req })
  const endsAt = new Date(now.getTime() + HOURS * 3_600_000).toISOString()
  const session = await req.payload.create({ collection: 'sso-sessions', data: { user: user.id, sid, idToken, endsAt }, req })
  return { ...user, session: session.id }
}

// Payload's own way out, when somebody was idle for too long.
export const endSession: CollectionAfterLogoutHook = async ({ req }) => {
  const session = (req.user as { session?: number } | null)?.session
  if (session) await req.payload.delete({ collection: 'sso-sessions', where: { id: { equals: session } }, req })
}

// Who a cookie is: its signature, and then the row, at every request. payload-oauth2's own strategy is content with the signature, and
// makes the user anew when it is gone.
export const bySession: AuthStrategy = {
  name: 'ostiary',
  authenticate: async ({ headers, payload }) => {
    const nobody = { user: null }
    const token = extractJWT({ headers, payload })
    if (!token) return nobody
    const verified = await jwtVerify(token, new TextEncoder().encode(payload.secret), { algorithms: ['HS256'] }).catch(() => undefined)
    const { collection, id, session } = verified?.payload ?? {}
    if (collection !== 'users' || typeof id !== 'number' || typeof session !== 'number') return nobody
    const alive = await payload.count({
      collection: 'sso-sessions',
      where: { id: { equals: session }, user: { equals: id }, endsAt: { greater_than: new Date().toISOString() } },
    })
    const user = alive.totalDocs === 1 && (await payload.findByID({ collection: 'users', id, depth: 0, disableErrors: true }))
    return user ? { user: { ...user, collection: 'users', _strategy: 'ostiary', session } as never } : nobody
  },
}
