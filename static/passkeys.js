// Passkeys on pages that work without them. A form with data-passkey="get" or "create" carries in data-options what to ask the
// authenticator; the answer goes into its field "credential", and the form is sent like any other. Where the browser knows no
// passkeys the form stays hidden.
"use strict";

const base64url = {
  decode: (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)),
  encode: (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
};

const withIds = (list) => list?.map((item) => ({ ...item, id: base64url.decode(item.id) }));

function readOptions(text) {
  const options = JSON.parse(text);
  options.challenge = base64url.decode(options.challenge);
  options.allowCredentials = withIds(options.allowCredentials);
  options.excludeCredentials = withIds(options.excludeCredentials);
  if (options.user) options.user.id = base64url.decode(options.user.id);
  return options;
}

function writeAnswer(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: base64url.encode(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = base64url.encode(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = base64url.encode(response.authenticatorData);
    answer.signature = base64url.encode(response.signature);
    answer.userHandle = response.userHandle ? base64url.encode(response.userHandle) : null;
  }
  return JSON.stringify({ id: credential.id, rawId: base64url.encode(credential.rawId), type: credential.type, response: answer });
}

// Browsers answer one request at a time: a new one takes the place of the one that waits in the autofill list.
let waiting;

function ask(form, more) {
  waiting?.abort();
  waiting = new AbortController();
  const publicKey = readOptions(form.dataset.options);
  return navigator.credentials[form.dataset.passkey]({ publicKey, signal: waiting.signal, ...more });
}

function send(form, credential) {
  form.elements.credential.value = writeAnswer(credential);
  form.setAttribute("aria-busy", "true");
  form.submit();
}

function show(form, problem) {
  const place = form.querySelector("[data-passkey-problem]");
  place.textContent = problem ?? "";
  place.hidden = !problem;
}

function explain(form, error) {
  const { cancelled, registered, failed } = form.dataset;
  return { NotAllowedError: cancelled, InvalidStateError: registered, AbortError: "" }[error.name] ?? failed;
}

// The passkeys of this site among the suggestions of the address field.
async function offer(form) {
  const canOffer = await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (!canOffer || !("autofill" in form.dataset)) return;
  try {
    send(form, await ask(form, { mediation: "conditional" }));
  } catch (error) {
    if (error.name !== "AbortError" && error.name !== "NotAllowedError") show(form, explain(form, error));
  }
}

async function press(form) {
  const name = form.querySelector("[name=name]");
  if (name && !name.reportValidity()) return;
  show(form);
  form.setAttribute("aria-busy", "true");
  try {
    send(form, await ask(form));
  } catch (error) {
    form.removeAttribute("aria-busy");
    show(form, explain(form, error));
    offer(form);
  }
}

// A challenge is good for five minutes, and a sign-in page may stay open for hours.
function keepFresh(form) {
  const { refresh } = form.dataset;
  if (!refresh) return;
  let since = Date.now();
  const renew = async () => {
    if (document.hidden || form.hasAttribute("aria-busy") || Date.now() - since < 240000) return;
    since = Date.now();
    const answer = await fetch(refresh, { credentials: "same-origin" }).catch(() => undefined);
    if (!answer?.ok) return;
    const { options, challenge } = await answer.json();
    form.dataset.options = JSON.stringify(options);
    form.elements.challenge.value = challenge;
    offer(form);
  };
  setInterval(renew, 15000);
  document.addEventListener("visibilitychange", renew);
}

async function tellKeeper() {
  for (const element of document.querySelectorAll("[data-passkey-unknown]")) {
    await PublicKeyCredential.signalUnknownCredential?.(JSON.parse(element.dataset.passkeyUnknown)).catch(() => {});
  }
  for (const element of document.querySelectorAll("[data-passkey-accepted]")) {
    await PublicKeyCredential.signalAllAcceptedCredentials?.(JSON.parse(element.dataset.passkeyAccepted)).catch(() => {});
  }
}

async function rememberAbility() {
  const able = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.();
  for (const field of document.querySelectorAll("[data-passkey-able]")) field.value = able ? "1" : "";
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const element of document.querySelectorAll("[data-passkey-missing]")) element.hidden = true;
  for (const element of document.querySelectorAll("[data-passkey-way]")) element.hidden = false;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.querySelector("[data-passkey-ask]").addEventListener("click", () => press(form));
    // Enter in the field for the name asks the authenticator too.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press(form);
    });
    // Coming back by the back button: the answer of before is worth nothing.
    addEventListener("pageshow", () => {
      form.removeAttribute("aria-busy");
      form.elements.credential.value = "";
    });
    offer(form);
    keepFresh(form);
  }
  tellKeeper();
  rememberAbility();
}
