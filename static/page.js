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
  const style = time.dataset.local === "date"
    ? { dateStyle: "long" }
    : { dateStyle: "long", timeStyle: "short" };
  const instant = new Date(time.dateTime);
  if (!Number.isNaN(instant.getTime())) {
    time.textContent = new Intl.DateTimeFormat(locale, style).format(instant);
  }
}

document.querySelector("[role=alert]")?.focus();
