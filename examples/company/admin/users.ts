import type { CollectionConfig, PayloadRequest } from 'payload'
import { authorize, backchannelLogout, signOut } from './sso/endpoints'
import { beginSession, endSession } from './sso/sessions'

const has = (req: PayloadRequest, ...roles: string[]) => roles.some((role) => (req.user as { roles?: string[] } | null)?.roles?.includes(role))

// People are made and changed by their sign-ins only; here they can be looked at.
export const Users: CollectionConfig = {
  slug: 'users',
  auth: {
    // No passwords: no login with one, none to forget, no page that makes the first user.
    disableLocalStrategy: true,
    // The cookie's life; the admin renews it while it is used. What ends a session earlier is in sso/sessions.ts.
    tokenExpiration: 900,
    cookies: { sameSite: 'Lax', secure: process.env.SERVER_URL?.startsWith('https:') ?? false },
  },
  admin: { useAsTitle: 'email', defaultColumns: ['email', 'name', 'roles'] },
  access: {
    admin: ({ req }) => has(req, 'admin', 'editor'),
    read: ({ req }) => has(req, 'admin') || (req.user ? { id: { equals: req.user.id } } : false),
    create: () => false,
    update: () => false,
    delete: ({ req }) => has(req, 'admin'),
  },
  endpoints: [authorize, signOut, backchannelLogout],
  hooks: { beforeLogin: [beginSession], afterLogout: [endSession] },
  fields: [
    // Who somebody is: the provider's `sub`, never an address, which may change hands.
    { name: 'sub', type: 'text', required: true, unique: true, index: true, admin: { readOnly: true } },
    { name: 'email', type: 'email' },
    { name: 'name', type: 'text' },
    // As the provider said at the last sign-in.
    { name: 'roles', type: 'select', hasMany: true, options: ['admin', 'editor'] },
    // Which sign-in a cookie comes from. In no table: it is signed into the cookie.
    { name: 'session', type: 'number', virtual: true, saveToJWT: true, hidden: true },
  ],
}
