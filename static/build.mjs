// Makes static/dist: what the server serves. Needs `npm ci` before; asks no network.
//
// PatternFly comes as megabytes of CSS for every component there is. We take the components named
// below, keep the rules whose classes occur in our templates, and drop every design token that
// nothing refers to any more. No rule is written by hand here: our own are in app.css.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import postcss from "postcss";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const dist = join(here, "dist");
const patternfly = join(root, "node_modules/@patternfly/patternfly");

const SHEETS = [
  "patternfly-base.css",
  ...[
    "Alert/alert", "Badge/badge", "Breadcrumb/breadcrumb", "Button/button", "Card/card", "Check/check",
    "CodeBlock/code-block", "Content/content", "DescriptionList/description-list", "Divider/divider",
    "EmptyState/empty-state", "Form/form", "FormControl/form-control", "HelperText/helper-text",
    "Label/label", "Label/label-group", "List/list", "Masthead/masthead", "Nav/nav", "Page/page",
    "Pagination/pagination", "ProgressStepper/progress-stepper", "Radio/radio",
    "SkipToContent/skip-to-content", "Table/table", "Table/table-grid", "Title/title", "Toolbar/toolbar",
  ].map((name) => `components/${name}.css`),
  ...["Flex/flex", "Gallery/gallery", "Grid/grid", "Stack/stack"].map((name) => `layouts/${name}.css`),
  "utilities/Accessibility/accessibility.css",
];

const FONTS = [
  ["red-hat-text.woff2", "RedHatText/RedHatTextVF.woff2", '"Red Hat Text"', "400 600"],
  ["red-hat-display.woff2", "RedHatDisplay/RedHatDisplayVF.woff2", '"Red Hat Display"', "600 800"],
];

// Classes that templates put together from a value (`pf-m-{{ kind }}`), and the theme.
const COMPOSED = [
  "pf-v6-theme-dark",
  ..."success info warning danger custom blue teal green orange purple red yellow gray primary secondary tertiary link"
    .split(" ")
    .map((word) => `pf-m-${word}`),
];

const CLASS = /\.((?:[\w-]|\\.)+)/g;

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function classesInUse() {
  const sources = [...filesUnder(join(root, "templates")), ...filesUnder(join(here, "script")), join(here, "app.css")];
  const used = new Set(COMPOSED);
  for (const path of sources) {
    for (const [name] of readFileSync(path, "utf8").matchAll(/pf-(?:v6-[\w-]+|m-[\w-]+)/g)) used.add(name);
  }
  return used;
}

// Splits at commas outside parentheses.
function alternatives(text) {
  const parts = [""];
  let depth = 0;
  for (const sign of text) {
    depth += sign === "(" ? 1 : sign === ")" ? -1 : 0;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts.map((part) => part.trim());
}

// Takes `:name(…)` groups out of a selector: the bare rest and the groups.
function withoutGroups(selector) {
  const groups = [];
  let rest = selector;
  for (let start; (start = rest.search(/:[\w-]+\(/)) >= 0; ) {
    let end = rest.indexOf("(", start) + 1;
    const inner = end;
    for (let depth = 1; depth > 0; end++) depth += rest[end] === "(" ? 1 : rest[end] === ")" ? -1 : 0;
    groups.push({ name: rest.slice(start + 1, inner - 1), inside: rest.slice(inner, end - 1) });
    rest = `${rest.slice(0, start)}${rest.slice(end)}`;
  }
  return { rest, groups };
}

// Can the selector match anything on our pages?
function mayMatch(selector, used) {
  const { rest, groups } = withoutGroups(selector);
  if (rest.includes("::-webkit-scrollbar") || /\[dir=/.test(rest)) return false;
  for (const [, name] of rest.matchAll(CLASS)) if (!used.has(name)) return false;
  return groups.every(
    ({ name, inside }) =>
      !["is", "where", "has"].includes(name) || alternatives(inside).some((one) => mayMatch(one, used)),
  );
}

function keepWhatIsUsed(sheet, used) {
  sheet.walkComments((comment) => comment.remove());
  sheet.walkAtRules((rule) => {
    if (rule.name === "font-face" || rule.name === "charset") rule.remove();
  });
  sheet.walkRules((rule) => {
    if (rule.parent.type === "atrule" && rule.parent.name.endsWith("keyframes")) return;
    const kept = alternatives(rule.selector).filter((one) => mayMatch(one, used));
    if (kept.length === 0) rule.remove();
    else rule.selector = kept.join(",");
  });
}

// Dark is a class in PatternFly. Without a script, the wish of the browser must do as well:
// every dark rule once more under prefers-color-scheme, unless the person chose light. Paper is light.
function followBrowserTheme(sheet) {
  sheet.walkRules(/\.pf-v6-theme-dark/, (rule) => {
    const wished = rule.clone({
      selector: rule.selector
        .replaceAll(":root:where(.pf-v6-theme-dark)", ":root:where(:not(.light))")
        .replaceAll(".pf-v6-theme-dark", ":root:not(.light)"),
    });
    const media = (params, inner) => postcss.atRule({ name: "media", params, nodes: [inner] });
    rule.replaceWith(
      media("screen", rule.clone()),
      media("screen and (prefers-color-scheme: dark)", wished),
    );
  });
}

// A table becomes a stack of cards where the window is narrow. Paper is as narrow, and wants the table.
function keepTablesOnPaper(sheet) {
  sheet.walkAtRules("container", (rule) => {
    if (!rule.toString().includes(".pf-m-grid-")) return;
    rule.replaceWith(postcss.atRule({ name: "media", params: "screen", nodes: [rule.clone()] }));
  });
}

// Drops custom properties and keyframes that nothing refers to, until nothing more can be dropped.
function dropUnreferenced(sheet) {
  for (let dropped = true; dropped; ) {
    dropped = false;
    const referred = new Set();
    const animated = [];
    sheet.walkDecls((decl) => {
      for (const [, name] of decl.value.matchAll(/var\(\s*(--[\w-]+)/g)) referred.add(name);
      if (/animation/i.test(decl.prop)) animated.push(decl.value);
    });
    sheet.walkDecls(/^--/, (decl) => {
      if (referred.has(decl.prop)) return;
      decl.remove();
      dropped = true;
    });
    sheet.walkAtRules((rule) => {
      const unused =
        (rule.name === "property" && !referred.has(rule.params)) ||
        (rule.name === "keyframes" && !animated.some((value) => value.includes(rule.params)));
      if (!unused) return;
      rule.remove();
      dropped = true;
    });
    for (let empty = true; empty; ) {
      empty = false;
      sheet.walk((node) => {
        if (node.nodes?.length !== 0) return;
        node.remove();
        empty = true;
      });
    }
  }
}

// The names of the tokens are two thirds of the text. Nobody reads them in the minified file.
function shortenNames(css) {
  const short = new Map();
  return css.replace(/--pf-[\w-]+/g, (name) => {
    if (!short.has(name)) short.set(name, `--${short.size.toString(36)}`);
    return short.get(name);
  });
}

function fontFaces() {
  return FONTS.map(([file, source, family, weight]) => {
    const path = join(patternfly, "assets/fonts", source);
    cpSync(path, join(dist, file));
    const version = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 8);
    return `@font-face{font-family:${family};font-weight:${weight};font-display:fallback;src:url("${file}?v=${version}") format("woff2")}`;
  }).join("\n");
}

async function styles() {
  const text = SHEETS.map((name) => readFileSync(join(patternfly, name), "utf8")).join("\n");
  const sheet = postcss.parse(`${fontFaces().replaceAll("@font-face", "@ours")}\n${text}`);
  keepWhatIsUsed(sheet, classesInUse());
  sheet.append(postcss.parse(readFileSync(join(here, "app.css"), "utf8")));
  followBrowserTheme(sheet);
  keepTablesOnPaper(sheet);
  dropUnreferenced(sheet);
  const css = shortenNames(sheet.toString().replaceAll("@ours", "@font-face"));
  return (await transform(css, { loader: "css", minify: true })).code;
}

async function scripts() {
  const { outputFiles } = await build({
    entryPoints: [join(here, "app.js")],
    bundle: true,
    minify: true,
    format: "iife",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, "app.css"), await styles());
writeFileSync(join(dist, "app.js"), await scripts());
for (const name of ["icons.svg", "favicon.svg"]) cpSync(join(here, name), join(dist, name));
for (const name of readdirSync(dist).sort()) {
  console.log(`${String(statSync(join(dist, name)).size).padStart(8)}  static/dist/${name}`);
}
