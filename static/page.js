// Enhances pages that work without it: shows and hides passwords, guards against a second submit, and writes
// instants in the reader's own time zone.
"use strict";

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const reveal = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    reveal(input.type === "password");
    input.focus();
  });
  // Browsers keep what was typed into text fields; a password must leave the page as a password.
  input.form.addEventListener("submit", () => reveal(false));
}

for (const form of document.querySelectorAll("form[data-once]")) {
  let sentAt = 0;
  form.addEventListener("submit", (event) => {
    // After ten seconds without an answer a second attempt is let through.
    if (Date.now() - sentAt < 10000) {
      event.preventDefault();
      return;
    }
    sentAt = Date.now();
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), 10000);
  });
  // Coming back by the back button shows the page as it was left.
  addEventListener("pageshow", () => {
    sentAt = 0;
    form.removeAttribute("aria-busy");
  });
}

// The reader's own variety of the page's language: day before month in Britain, after it in America.
const language = document.documentElement.lang;
const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
for (const time of document.querySelectorAll("time[data-local]")) {
  // Calendar and digits as the server writes them, whatever a region is used to: dates are read beside codes and addresses.
  const style = { calendar: "gregory", numberingSystem: "latn", dateStyle: "long" };
  if (time.dataset.local !== "date") {
    style.timeStyle = "short";
  }
  const instant = new Date(time.dateTime);
  if (!Number.isNaN(instant.getTime())) {
    // Day and month stay on one line.
    const parts = new Intl.DateTimeFormat(locale, style).formatToParts(instant);
    const last = Math.max(...["day", "month"].map((type) => parts.findIndex((part) => part.type === type)));
    time.textContent = parts.map(({ value }, index) => (index < last ? value.replaceAll(" ", "\u00a0") : value)).join("");
  }
}

// How hard a new password is to guess, while it is typed. The server decides when the form is sent.
for (const input of document.querySelectorAll("[data-strength]")) {
  const hint = document.getElementById(`${input.id}-strength`);
  // It keeps its place from the beginning: what comes below must not move away from under a finger.
  hint.hidden = false;
  let waiting;
  let asked = 0;
  const ask = async () => {
    const turn = ++asked;
    const form = new FormData(input.form);
    const told = new URLSearchParams({ csrf: form.get("csrf"), password: input.value, email: form.get("email") ?? "", name: form.get("name") ?? "", lang: language });
    try {
      const answer = await fetch(input.dataset.strength, { method: "POST", body: told });
      if (!answer.ok || turn !== asked) return;
      const { enough, text } = await answer.json();
      hint.textContent = text;
      hint.classList.toggle("enough", enough);
    } catch {
      hint.textContent = "";
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    asked += 1;
    hint.textContent = "";
    if (input.value.length >= 8) waiting = setTimeout(ask, 400);
  });
  // The form's own answer may begin a session, in which this page's token counts no more.
  input.form.addEventListener("submit", () => {
    clearTimeout(waiting);
    asked += 1;
  });
}

document.querySelector("[role=alert]")?.focus();
