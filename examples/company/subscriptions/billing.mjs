// What this service needs of a payment provider: one function that may be called again with the same person and plan.
// `subscribe({ person, plan })` gives the id of the subscription.
const PRICES = { monthly: 'price_monthly', yearly: 'price_yearly' }; // the ids of your prices at Stripe

// Stripe's own interface. Its idempotency keys make a call that is repeated within a day harmless, also when the first answer was lost;
// while the first is under way, the second gets an error and its caller tries again.
export function stripe(secretKey, base = 'https://api.stripe.com') {
  const call = async (path, idempotencyKey, fields) => {
    const answer = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secretKey}`, 'idempotency-key': idempotencyKey },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(10_000),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`Stripe: ${body.error?.message ?? answer.status}`);
    return body;
  };
  return {
    async subscribe({ person, plan }) {
      // `sub` and nothing else: the address of a person may change, and Stripe asks for it itself.
      const customer = await call('/v1/customers', `customer ${person}`, { 'metadata[sub]': person });
      const subscription = await call('/v1/subscriptions', `subscription ${person} ${plan}`, {
        customer: customer.id, 'items[0][price]': PRICES[plan], payment_behavior: 'default_incomplete',
      });
      return subscription.id;
    },
  };
}

// Stands in for Stripe on a developer's machine and in tests: same shape, nobody pays. What would have been charged is in the log.
export function stripeDouble() {
  const subscriptions = new Set();
  return {
    async subscribe({ person, plan }) {
      const id = `sub_double_${plan}_${person}`;
      if (!subscriptions.has(id)) console.log(`charged: ${id}`);
      subscriptions.add(id);
      return id;
    },
  };
}
