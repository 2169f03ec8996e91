import { ISSUER } from '../lib/provider.js';
import { signedIn } from '../lib/session.js';

// Plain links to /login, never <Link>: Next would prefetch it, and begin a sign-in that nobody asked for.
export default async function Home({ searchParams }) {
  const person = await signedIn();
  const { ended, failed } = await searchParams;
  if (!person) return (
    <main>
      <h1>Company</h1>
      {ended !== undefined && <p role="status">You have been signed out.</p>}
      {failed !== undefined && <p role="alert">That did not work. Please try again.</p>}
      <p><a href="/login">Sign in</a> <a href="/login?prompt=create">Create an account</a></p>
    </main>
  );
  return (
    <main>
      <h1>Hello {person.name ?? person.email}</h1>
      <p><a href="/subscription">Your subscription</a> <a href={`${ISSUER}/account`}>Your account</a></p>
      <form action="/logout" method="post"><button>Sign out</button></form>
    </main>
  );
}
