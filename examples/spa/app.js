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

if (location.pathname === '/callback') {
  await people.signinCallback();
  history.replaceState(null, '', '/'); // the code is used up; nobody needs to see it
}
const user = await people.getUser();
const element = (id) => document.getElementById(id);
if (user) element('who').textContent = `Hello ${user.profile.name ?? user.profile.email}`;
element('in').hidden = Boolean(user);
element('out').hidden = element('orders').hidden = !user;

element('in').addEventListener('click', () => people.signinRedirect());
element('out').addEventListener('click', () => people.signoutRedirect());
element('orders').addEventListener('click', async () => {
  const { access_token } = await people.getUser(); // renewed by the library before it ends
  const answer = await fetch(`${API}/orders`, { headers: { authorization: `Bearer ${access_token}` } });
  element('answer').textContent = await answer.text();
});
