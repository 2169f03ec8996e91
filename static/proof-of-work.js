// Solves the page's challenge while the person types, and sends the proof along with the form: only there under attack.
"use strict";

{
  const { fresh } = document.currentScript.dataset;
  const encoder = new TextEncoder();

  const zeroBits = (digest) => {
    let bits = 0;
    for (const byte of new Uint8Array(digest)) {
      if (byte) return bits + Math.clz32(byte) - 24;
      bits += 8;
    }
    return bits;
  };

  const solve = async ({ challenge, difficulty }) => {
    for (let nonce = 0; ; nonce += 1) {
      const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}.${nonce}`));
      if (zeroBits(digest) >= Number(difficulty)) return `ostiary_proof=${challenge}.${nonce}`;
    }
  };

  const isKept = (cookie) => document.cookie.includes(cookie);

  // A browser under load may set a cookie after the request that the next line of a script sends: what can be read back is set.
  const keep = async (cookie) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${cookie}; path=/; max-age=300; samesite=strict${secure}`;
    for (let tries = 0; tries < 100 && !isKept(cookie); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  // What this page has proven. A challenge is good for five minutes and for one post.
  let proof;
  let solving;
  const prove = async (asked, since) => {
    proof = undefined;
    const cookie = await solve(asked);
    await keep(cookie);
    proof = { cookie, since, sentAt: undefined };
  };
  const isGood = () => {
    const now = Date.now();
    // A second press within ten seconds is the first one's; later it is another post.
    return Boolean(proof) && now - proof.since < 240000 && !(now - proof.sentAt > 10000);
  };

  // Every page carries a challenge as long as one is asked for. Without an answer the form goes as it is, and the server says what is missing.
  const renew = async () => {
    proof = undefined;
    const since = Date.now();
    const answer = await fetch(fresh, { credentials: "same-origin" }).catch(() => undefined);
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    const asked = page?.querySelector("script[data-challenge]")?.dataset;
    if (asked) await prove(asked, since);
  };

  // The cookie may hold another tab's proof by now, or have expired.
  const beReady = async () => {
    await solving;
    if (!isGood()) {
      solving = renew().catch(() => {});
      await solving;
    }
    if (proof && !isKept(proof.cookie)) await keep(proof.cookie);
  };

  // The page was asked for before its challenge was made.
  solving = prove(document.currentScript.dataset, performance.timeOrigin).catch(() => {});

  // The answer to a form that came without a proof. It was not looked at: back to it, with a proof, once people could see why.
  if (document.querySelector("[data-back-with-proof]")) {
    Promise.all([solving, new Promise((resolve) => setTimeout(resolve, 2000))]).then(() => proof && history.back());
  }

  // Back from the browser's memory, what the page had proven may be used up.
  addEventListener("pageshow", (event) => {
    if (event.persisted) solving = renew().catch(() => {});
  });

  for (const form of document.querySelectorAll("form[method=post]")) {
    let waiting = false;
    let goes = false;
    // First of the form's listeners, so that waiting is not taken for a second submit.
    form.addEventListener("submit", async (event) => {
      // A form of a passkey that has no answer yet is not sent but asks the authenticator.
      if (form.dataset.passkey && !form.elements.credential.value) return;
      if (goes || (!waiting && isGood() && isKept(proof.cookie))) {
        if (proof) proof.sentAt ??= Date.now();
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      // Pressed again while it waits: the first press is sent.
      if (waiting) return;
      waiting = true;
      form.setAttribute("aria-busy", "true");
      const { submitter } = event;
      await beReady();
      form.removeAttribute("aria-busy");
      // In a task of its own: a form does not submit itself while its submit event is under way.
      setTimeout(() => {
        waiting = false;
        goes = true;
        form.requestSubmit(submitter);
        goes = false;
      });
    }, { capture: true });
  }
}
