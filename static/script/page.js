// What every page gets: focus where it belongs, buttons that only a script can offer, local times.

import { button } from "./parts.js";

function moveFocus() {
  const place = document.getElementById("error-summary") ?? document.querySelector("[data-flash]");
  place?.focus();
}

// Buttons are made here, so that none stands there without effect when scripts are off.
function offerCopy(source) {
  if (source.dataset.ready || !navigator.clipboard) return;
  source.dataset.ready = "yes";
  const copy = button("Copy", "pf-m-secondary");
  copy.firstChild.setAttribute("aria-live", "polite");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    copy.firstChild.textContent = "Copied";
  });
  // Beside the text, not inside of what scrolls.
  (source.closest("pre") ?? source).after(copy);
}

function offerReveal(input) {
  if (input.dataset.ready) return;
  input.dataset.ready = "yes";
  const reveal = button("Show password", "pf-m-link pf-m-inline");
  reveal.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    reveal.firstChild.textContent = hidden ? "Hide password" : "Show password";
  });
  input.parentElement.after(reveal);
}

function offerPrint(place) {
  if (place.dataset.ready) return;
  place.dataset.ready = "yes";
  const print = button("Print this sheet", "pf-m-secondary");
  print.addEventListener("click", () => window.print());
  place.append(print);
}

function offerDismiss(message) {
  if (message.dataset.ready) return;
  message.dataset.ready = "yes";
  const dismiss = button("Dismiss", "pf-m-link pf-m-inline");
  dismiss.addEventListener("click", () => {
    message.hidden = true;
    document.getElementById("main")?.focus();
  });
  message.querySelector(".pf-v6-c-alert")?.append(dismiss);
}

// Times are written by the server in UTC; on hover they are shown as the reader's clock has them.
function localTime(time) {
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.valueOf())) time.title = moment.toLocaleString();
}

export function enhance(root) {
  root.querySelectorAll("[data-copy]").forEach(offerCopy);
  root.querySelectorAll("input[type=password]").forEach(offerReveal);
  root.querySelectorAll("[data-print]").forEach(offerPrint);
  root.querySelectorAll("[data-flash]").forEach(offerDismiss);
  root.querySelectorAll("time[datetime]").forEach(localTime);
}

// The first click counts. The server ignores the second as well.
function guardAgainstDoubleSubmit(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
}

function allowAgain() {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}

export function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!except || !menu.contains(except)) menu.open = false;
  });
}

document.addEventListener("submit", guardAgainstDoubleSubmit);
document.addEventListener("click", (event) => closeMenus(event.target));
window.addEventListener("pageshow", allowAgain);
enhance(document);
moveFocus();
