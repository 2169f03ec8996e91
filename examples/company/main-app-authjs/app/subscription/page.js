import { redirect } from 'next/navigation';
import { call } from '../../lib/api.js';
import { session } from '../../lib/session.js';

async function subscribe(form) {
  'use server';
  await call('subscriptions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ plan: form.get('plan') }) });
  redirect('/subscription');
}

export default async function Subscription() {
  if (!(await session())) redirect('/');
  // The proxy has refreshed the access token already, if it was due.
  const [{ subscription }, place] = await Promise.all([call('subscriptions'), call('queue')]);
  return (
    <main>
      <h1>Your subscription</h1>
      {subscription?.billing_id ? <p id="plan">You have the {subscription.plan} plan.</p> : (
        <form action={subscribe}>
          <label>Plan <select name="plan"><option value="monthly">Monthly</option><option value="yearly">Yearly</option></select></label>{' '}
          <button>Subscribe</button>
        </form>
      )}
      {place.position && <p id="place">You are number {place.position} in the queue; {place.joined_by} put you there.</p>}
      <p><a href="/">Back</a></p>
    </main>
  );
}
