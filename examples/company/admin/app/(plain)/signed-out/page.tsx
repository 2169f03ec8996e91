export default async function SignedOut({ searchParams }: { searchParams: Promise<{ failed?: string }> }) {
  const { failed } = await searchParams
  if (failed !== undefined) return <main><h1>That did not work</h1><p role="alert">Please <a href="/admin">try again</a>.</p></main>
  return <main><h1>You are signed out</h1><p><a href="/admin">Sign in again</a></p></main>
}
