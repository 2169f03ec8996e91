import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { postgresAdapter } from '@payloadcms/db-postgres'
import { buildConfig } from 'payload'
import { Posts } from './posts'
import { Sessions } from './sso/sessions'
import { singleSignOn } from './sso/plugin'
import { Users } from './users'
import { migrations } from './migrations'

const folder = path.dirname(fileURLToPath(import.meta.url))

export default buildConfig({
  serverURL: process.env.SERVER_URL ?? 'http://localhost:3003',
  secret: process.env.PAYLOAD_SECRET ?? '',
  // All programs on localhost share one cookie jar.
  cookiePrefix: 'company-admin',
  admin: {
    user: 'users',
    importMap: { baseDir: folder },
    components: { logout: { Button: '/sso/SignOut#SignOut' } },
  },
  collections: [Users, Sessions, Posts],
  // Nothing here uses it, and it is one more door.
  graphQL: { disable: true },
  db: postgresAdapter({
    pool: { connectionString: process.env.DATABASE_URL },
    schemaName: 'admin',
    push: false,
    migrationDir: path.resolve(folder, 'migrations'),
    prodMigrations: migrations,
  }),
  plugins: [...singleSignOn],
  typescript: { outputFile: path.resolve(folder, 'payload-types.ts'), autoGenerate: false },
  telemetry: false,
})
