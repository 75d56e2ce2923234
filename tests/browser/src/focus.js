// What has the focus, and why somebody who uses the keyboard could not see it.
const one = document.activeElement;
const name = (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent ?? "").trim();
const spot = { name: name.replace(/\s+/g, " ").slice(0, 60), id: one.id, trouble: "" };
if (one === document.body) return { ...spot, trouble: "is lost" };
const box = [...one.getClientRects()].find((part) => part.width > 0);
if (!box) return { ...spot, trouble: "has no place on the page" };
const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
if (y < 0 || y > innerHeight || x < 0 || x > innerWidth) return { ...spot, trouble: "is off the screen" };
const hit = document.elementFromPoint(x, y);
if (hit && !one.contains(hit) && !hit.contains(one)) {
  return { ...spot, trouble: `is behind ${hit.outerHTML.slice(0, 80)}` };
}
const ring = getComputedStyle(one);
if (ring.outlineStyle === "none" || ring.outlineWidth === "0px") return { ...spot, trouble: "has no ring" };
return spot;
