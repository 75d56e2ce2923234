// News from elsewhere, in a corner: nothing moves, nothing is covered for long, and each goes when it is told to.

import { button } from "./parts.js";

const MOST = 4;
const LOOKS = { done: ["success", "ok"], undone: ["info", "undo"], failed: ["danger", "error"], ended: ["warning", "lock"] };

function icon(name) {
  const sheet = document.querySelector(".ka-icon use")?.getAttribute("href").split("#")[0] ?? "";
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  drawing.setAttribute("class", "ka-icon");
  drawing.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sheet}#${name}`);
  drawing.append(use);
  return drawing;
}

function part(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

export function toast({ state, title, label, href }) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const [kind, picture] = LOOKS[state] ?? ["info", "info"];
  const link = part("a", "", label);
  link.href = href;
  const dismiss = button("Dismiss", "pf-m-link pf-m-inline");
  const box = part(
    "div",
    `pf-v6-c-alert pf-m-${kind} ka-toast`,
    part("div", "pf-v6-c-alert__icon", icon(picture)),
    part("p", "pf-v6-c-alert__title", title),
    part("div", "pf-v6-c-alert__description ka-row", link, dismiss),
  );
  dismiss.addEventListener("click", () => {
    box.remove();
    document.getElementById("main")?.focus({ preventScroll: true });
  });
  place.append(box);
  while (place.children.length > MOST) place.firstElementChild.remove();
}
