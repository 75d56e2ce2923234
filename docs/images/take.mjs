// node docs/images/take.mjs FOLDER NAME…: copies screenshots here, cut to one screen and with a palette of 256 colours, a
// third of their size. Asks for nothing but Node.

import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const SCREEN = 900;
const COLOURS = 256;

const here = dirname(fileURLToPath(import.meta.url));
const [folder, ...names] = process.argv.slice(2);

function chunks(file) {
  const found = [];
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at);
    found.push({ type: file.toString("latin1", at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

// Rows of pixels of three bytes each, out of a PNG with 8 bits per channel.
function decode(file) {
  const parts = chunks(file);
  const head = parts.find((one) => one.type === "IHDR").data;
  const width = head.readUInt32BE(0);
  const height = Math.min(head.readUInt32BE(4), SCREEN);
  const channels = { 2: 3, 6: 4 }[head[9]];
  if (head[8] !== 8 || !channels || head[12] !== 0) throw new Error("not a screenshot of Chromium");
  const raw = inflateSync(Buffer.concat(parts.filter((one) => one.type === "IDAT").map((one) => one.data)));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= channels ? pixels[at - channels] : 0;
      const up = y > 0 ? pixels[at - stride] : 0;
      const corner = x >= channels && y > 0 ? pixels[at - stride - channels] : 0;
      const add = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[at] = (raw[y * (stride + 1) + 1 + x] + add) & 255;
    }
  }
  return { width, height, channels, pixels };
}

const distance = (one, other) =>
  ((one >> 16) - (other >> 16)) ** 2 +
  (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
  ((one & 255) - (other & 255)) ** 2;

// The most frequent colours; all others become the nearest of them.
function quantise({ width, height, channels, pixels }) {
  const seen = new Map();
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at += 1) {
    const first = at * channels;
    colours[at] = (pixels[first] << 16) | (pixels[first + 1] << 8) | pixels[first + 2];
    seen.set(colours[at], (seen.get(colours[at]) ?? 0) + 1);
  }
  const palette = [...seen].sort((one, other) => other[1] - one[1]).slice(0, COLOURS).map(([colour]) => colour);
  const index = new Map();
  for (const colour of seen.keys()) {
    let best = 0;
    palette.forEach((one, place) => {
      if (distance(one, colour) < distance(palette[best], colour)) best = place;
    });
    index.set(colour, best);
  }
  return { palette, places: Uint8Array.from(colours, (colour) => index.get(colour)) };
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function encode({ width, height }, { palette, places }) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(places.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", colours),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

for (const old of readdirSync(here).filter((name) => name.endsWith(".png"))) rmSync(join(here, old));
for (const name of names) {
  const picture = decode(readFileSync(join(folder, `${name}.png`)));
  writeFileSync(join(here, `${name}.png`), encode(picture, quantise(picture)));
}
