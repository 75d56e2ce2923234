// Choosing several rows: a box for the whole page, how many are chosen, and buttons only when there is something to do.

const bar = () => document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("[data-pick]")];

function draw() {
  const place = bar();
  if (!place) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const whole = place.querySelector("[data-pick-all]");
  whole.checked = chosen > 0 && chosen === all.length;
  whole.indeterminate = chosen > 0 && chosen < all.length;
  place.querySelector("[data-picked]").textContent = `${chosen} of ${all.length} on this page selected`;
  place.querySelector("[data-bulk-actions]").classList.toggle("ka-gone", chosen === 0);
}

function offerAll() {
  const place = bar();
  if (!place || boxes().length === 0) return;
  place.querySelector("[data-bulk-head]").hidden = false;
  place.querySelector("[data-bulk-plain]").hidden = true;
  place.querySelector("[data-pick-all]").addEventListener("change", (event) => {
    boxes().forEach((box) => {
      box.checked = event.target.checked;
    });
    draw();
  });
  draw();
}

// Rows come and go while a list is live; what was chosen stays chosen.
export function chosen() {
  return new Set(boxes().filter((box) => box.checked).map((box) => box.value));
}

export function choose(values) {
  boxes().forEach((box) => {
    box.checked = values.has(box.value);
  });
  draw();
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-pick]")) draw();
});
// Going back, the browser ticks the boxes again by itself.
window.addEventListener("pageshow", draw);
offerAll();
