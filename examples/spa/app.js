// A page without a server of its own, with oidc-client-ts: a public client, code flow with PKCE.
import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { API, CLIENT_ID, ISSUER } from './config.js';

const people = new UserManager({
  authority: ISSUER,
  client_id: CLIENT_ID,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email orders:read',
  // Tokens are within reach of every script of the page: in memory they are gone with it, and whoever is signed in at the provider
  // comes back without a password.
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
});

const element = (id) => document.getElementById(id);
if (location.pathname === '/callback') {
  try {
    await people.signinCallback();
  } catch (error) {
    // The person said no, came back too late, or pressed "back": the page stays, and its button leads on.
    console.warn('sign-in failed:', error.error ?? error.message);
    element('answer').textContent = 'That did not work. Please sign in again.';
  }
  history.replaceState(null, '', '/'); // the code is used up; nobody needs to see it
}
const user = await people.getUser();
if (user) element('who').textContent = `Hello ${user.profile.name ?? user.profile.email}`;
element('in').hidden = Boolean(user);
element('out').hidden = element('orders').hidden = !user;

element('in').addEventListener('click', () => people.signinRedirect());
element('out').addEventListener('click', () => people.signoutRedirect());
element('orders').addEventListener('click', async () => {
  const user = await people.getUser(); // renewed by the library before it ends
  if (!user || user.expired) return people.signinRedirect();
  try {
    const answer = await fetch(`${API}/orders`, { headers: { authorization: `Bearer ${user.access_token}` }, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
    element('answer').textContent = await answer.text();
  } catch (error) {
    console.warn('orders:', error.message);
    element('answer').textContent = 'Your orders cannot be read just now. Please try again later.';
  }
});
