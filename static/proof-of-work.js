// Solves the page's challenge while the person types, and sends the proof along with the form: only there under attack. A form that
// came to the server without a proof stands on a page of its own, which sends it again by itself.
"use strict";

{
  const { challenge } = document.currentScript.dataset;
  const difficulty = Number(document.currentScript.dataset.difficulty);
  const encoder = new TextEncoder();

  const zeroBits = (digest) => {
    let bits = 0;
    for (const byte of new Uint8Array(digest)) {
      if (byte) return bits + Math.clz32(byte) - 24;
      bits += 8;
    }
    return bits;
  };

  const solve = async () => {
    for (let nonce = 0; ; nonce += 1) {
      const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}.${nonce}`));
      if (zeroBits(digest) >= difficulty) return nonce;
    }
  };

  // A browser under load may set a cookie after the request that the next line of a script sends: what can be read back is set.
  const keep = async (cookie, attributes) => {
    document.cookie = cookie + attributes;
    for (let tries = 0; tries < 100 && !document.cookie.includes(cookie); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  let proven = false;
  const solved = solve();

  const held = document.querySelector("form[data-held]");
  if (held) {
    const problem = document.querySelector("[data-held-problem]");
    problem.hidden = true;
    solved.then((nonce) => {
      held.elements.proof.value = `${challenge}.${nonce}`;
      held.submit();
    }, () => {
      problem.hidden = false;
    });
  }

  // A browser that cannot solve it sends the form as it is, and is told.
  const ready = solved.then((nonce) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    return keep(`ostiary_proof=${challenge}.${nonce}`, `; path=/; max-age=300; samesite=strict${secure}`);
  }).catch(() => {}).then(() => {
    proven = true;
  });

  for (const form of document.querySelectorAll("form[method=post]:not([data-held])")) {
    // First of the form's listeners, so that waiting is not taken for a second submit.
    form.addEventListener("submit", async (event) => {
      if (proven) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      // Pressed again while it waits: the first press is sent.
      if (form.hasAttribute("aria-busy")) return;
      form.setAttribute("aria-busy", "true");
      const { submitter } = event;
      await ready;
      form.removeAttribute("aria-busy");
      // In a task of its own: a form does not submit itself while its submit event is under way.
      setTimeout(() => form.requestSubmit(submitter));
    }, { capture: true });
  }
}
