export default function SignedOut() {
  return <main><h1>You are signed out</h1><p><a href="/admin">Sign in again</a></p></main>
}
