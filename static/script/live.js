// Live pages: one stream while the page is seen. It says that something has changed; the page then asks for itself.

import { morph } from "./morph.js";
import { enhance } from "./page.js";
import { announce, button, recall, remember } from "./parts.js";
import { choose, chosen } from "./select.js";
import { toast } from "./toast.js";

const PAUSE = 1000;
const COME_BACK = 10_000;
const WORDS = { done: "is done", undone: "was undone", failed: "failed" };

const root = document.querySelector("[data-events]");
let source = null;
let isFirst = true;
let isOver = false;
let isAsking = false;
let askAgain = false;

const keysOf = (list) => [...list.querySelectorAll("[data-key]")].map((row) => row.dataset.key);

// Rows that stay where they are follow silently. Others would move under the reader's hand: those wait for a word.
function redrawList(list, fresh) {
  const [before, after] = [keysOf(list), keysOf(fresh)];
  if (before.join("\n") === after.join("\n")) {
    morph(list, fresh);
    document.querySelector("[data-list-news]").replaceChildren();
    return;
  }
  const rows = new Map([...fresh.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row]));
  list.querySelectorAll("[data-key]").forEach((row) => {
    if (rows.has(row.dataset.key)) morph(row, rows.get(row.dataset.key));
  });
  offerNew(list, fresh);
}

function offerNew(list, fresh) {
  const notice = document.querySelector("[data-list-news]");
  const show = button("Show", "pf-m-link pf-m-inline");
  show.addEventListener("click", () => {
    const picked = chosen();
    list.replaceChildren(...document.importNode(fresh, true).childNodes);
    notice.replaceChildren();
    choose(picked);
    enhance(list);
    document.getElementById("main")?.focus({ preventScroll: true });
    announce("The list shows what is there now.");
  });
  const text = "This list has changed.";
  // Said once, however often it changes until somebody looks.
  if (notice.firstChild?.data !== text) notice.replaceChildren(text, " ", show);
  else notice.lastChild.replaceWith(show);
}

function redraw(page) {
  const live = document.getElementById("live");
  const fresh = page.getElementById("live");
  if (live && fresh) {
    morph(live, fresh);
    announce(live.querySelector("[data-progress]")?.textContent.trim() ?? "");
  }
  document.querySelectorAll("[data-live-part]").forEach((part) => {
    const next = page.getElementById(part.id);
    if (next) morph(part, next);
  });
  const list = document.getElementById("list");
  const next = page.getElementById("list");
  if (list && next) redrawList(list, next);
  enhance(document);
  const events = page.querySelector("[data-events]")?.dataset.events;
  if (events && events !== root.dataset.events) {
    root.dataset.events = events;
    open();
  }
}

async function ask() {
  if (isAsking) {
    askAgain = true;
    return;
  }
  isAsking = true;
  askAgain = false;
  try {
    const answer = await fetch(window.location.href, { headers: { "x-kubeflow-admin-live": "yes" } });
    if (answer.ok && !answer.redirected) {
      redraw(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The network is away; the stream notices and comes back.
  }
  setTimeout(() => {
    isAsking = false;
    if (askAgain) ask();
  }, PAUSE);
}

function onReady() {
  // Between the page and its stream an operation may have ended; a list is looked at when the stream was interrupted.
  if (!isFirst || document.querySelector("[data-running]")) ask();
  isFirst = false;
}

function onFinished(event) {
  const { title, state, href } = JSON.parse(event.data);
  if (href === window.location.pathname) return;
  toast({ state, title: `${title} ${WORDS[state] ?? state}`, label: "See the operation", href });
}

function onEnded() {
  isOver = true;
  close();
  toast({
    state: "ended",
    title: "You are signed out, or may not see this any more",
    label: "Load this page again",
    href: window.location.href,
  });
}

function close() {
  source?.close();
  source = null;
}

function open() {
  close();
  if (isOver || document.hidden) return;
  const address = new URL(root.dataset.events, window.location.href);
  const since = recall("sessionStorage", "since");
  if (since) address.searchParams.set("since", since);
  const stream = new EventSource(address);
  source = stream;
  const on = (name, act) =>
    stream.addEventListener(name, (event) => {
      remember("sessionStorage", "since", event.lastEventId);
      act(event);
    });
  on("ready", onReady);
  on("changed", ask);
  on("finished", onFinished);
  on("ended", onEnded);
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED && source === stream) setTimeout(open, COME_BACK);
  });
}

if (root) {
  // Browsers open six connections to a server and no more: only pages that are seen hold one.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && open());
  open();
}
