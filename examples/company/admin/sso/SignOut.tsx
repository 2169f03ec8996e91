// In place of Payload's button: out of here and out of the provider, which tells the other applications.
export function SignOut() {
  return <form action="/api/users/sso-logout" method="post"><button type="submit" style={{ all: 'unset', cursor: 'pointer' }}>Sign out</button></form>
}
