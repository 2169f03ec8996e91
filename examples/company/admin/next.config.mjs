import { withPayload } from '@payloadcms/next/withPayload'

export default withPayload({
  poweredByHeader: false,
  // This folder is the whole application, whatever lock files lie above it.
  turbopack: { root: import.meta.dirname },
  // There is no password to ask for: whoever is to sign in goes to the provider, and comes back at once when they are signed in there.
  redirects: async () => [{ source: '/admin/login', destination: '/api/users/oauth/authorize', permanent: false }],
})
