// Keyboard shortcuts: never while typing, and off for whoever wants them off (WCAG 2.1.4).

import { closeMenus } from "./page.js";
import { recall, remember } from "./parts.js";

const CHORD = 1500;
const list = document.getElementById("shortcuts");
const toggle = document.getElementById("keys");
let chordSince = -CHORD;

const isTyping = (target) =>
  target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]") != null;
const areOn = () => recall("localStorage", "keys") !== "off";

function focusFirst(selector) {
  const field = [...document.querySelectorAll(selector)].find((one) => one.offsetParent !== null);
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

function showList() {
  if (list.open) list.close();
  else list.showModal();
}

function goTo(key) {
  const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  if (place) window.location.assign(place.href);
  return place !== null;
}

function act(event) {
  const chord = event.timeStamp - chordSince < CHORD;
  chordSince = -CHORD;
  if (chord && goTo(event.key)) return true;
  switch (event.key) {
    case "g":
      chordSince = event.timeStamp;
      return true;
    case "/":
      // Where the field does not fit there is a page for it.
      if (!focusFirst("[data-search]")) document.querySelector(".ka-everything-link")?.click();
      return true;
    case "f":
      return focusFirst("[data-list-search]");
    case "?":
      showList();
      return true;
    default:
      return false;
  }
}

function onKey(event) {
  if (event.key === "Escape") closeMenus(null);
  const meant = event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target);
  if (meant || !areOn() || !list) return;
  if (list.open && event.key !== "?") return;
  if (act(event)) event.preventDefault();
}

if (list) {
  toggle.checked = areOn();
  toggle.addEventListener("change", () => remember("localStorage", "keys", toggle.checked ? "on" : "off"));
  document.querySelectorAll("[data-shortcuts]").forEach((opener) => {
    opener.hidden = false;
    opener.addEventListener("click", showList);
  });
  document.addEventListener("keydown", onKey);
}
