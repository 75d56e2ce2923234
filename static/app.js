// Comfort only: every page works without this file.

const byId = (id) => document.getElementById(id);
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function moveFocus() {
  const place = byId("error-summary") ?? document.querySelector("[data-flash]");
  place?.focus();
}

// A button is made here, so that it does not stand there without effect when scripts are off.
function offerCopy(source) {
  if (source.dataset.ready || !navigator.clipboard) return;
  source.dataset.ready = "yes";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pf-v6-c-button pf-m-secondary";
  const label = document.createElement("span");
  label.className = "pf-v6-c-button__text";
  label.textContent = "Copy";
  label.setAttribute("aria-live", "polite");
  button.append(label);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    label.textContent = "Copied";
  });
  source.after(button);
}

function offerReveal(input) {
  if (input.dataset.ready) return;
  input.dataset.ready = "yes";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pf-v6-c-button pf-m-link pf-m-inline";
  const name = () => {
    button.textContent = input.type === "password" ? "Show password" : "Hide password";
  };
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    name();
  });
  name();
  input.parentElement.after(button);
}

function enhance(root) {
  root.querySelectorAll("[data-copy]").forEach(offerCopy);
  root.querySelectorAll("input[type=password]").forEach(offerReveal);
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

function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!except || !menu.contains(except)) menu.open = false;
  });
}

function onKey(event) {
  if (event.key === "Escape") closeMenus(null);
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const search = document.querySelector("[data-search]");
  const shortcuts = byId("shortcuts");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "?" && shortcuts) {
    if (shortcuts.open) shortcuts.close();
    else shortcuts.showModal();
  }
}

// Times are written by the server in UTC; on hover they are shown as the reader's clock has them.
function localTimes(root) {
  root.querySelectorAll("time[datetime]").forEach((time) => {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.title = moment.toLocaleString();
  });
}

document.addEventListener("submit", guardAgainstDoubleSubmit);
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", onKey);
window.addEventListener("pageshow", allowAgain);
document.addEventListener("htmx:afterSettle", () => {
  enhance(document);
  localTimes(document);
});
enhance(document);
localTimes(document);
moveFocus();
