// Brings what is shown to what the server would show now, touching only what differs: focus, open details, ticked boxes
// and everything that a script has added stay.

const isMade = (node) => node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-made");
const kids = (node) => [...node.childNodes].filter((kid) => !isMade(kid));

function matchAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    const ours = name === "data-ready" || name === "open" || name === "title";
    if (!ours && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

export function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  matchAttributes(old, fresh);
  const before = kids(old);
  const after = kids(fresh);
  after.forEach((kid, index) => {
    if (index < before.length) morph(before[index], kid);
    else old.append(document.importNode(kid, true));
  });
  before.slice(after.length).forEach((kid) => kid.remove());
}
