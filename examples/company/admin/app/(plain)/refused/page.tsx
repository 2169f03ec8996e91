// For people who are signed in at the provider and have no role here. Signing in again would lead here again, so it is not offered first.
export default function Refused() {
  return (
    <main>
      <h1>This is not open to you</h1>
      <p>Your account has no role here. Ask an administrator for one, then <a href="/admin">try again</a>.</p>
    </main>
  )
}
