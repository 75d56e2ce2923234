// How long the demo takes from its start to the link, and to the first page that is answered.
//
//   node benches/demo-start.mjs target/release/kubeflow-admin [RUNS]
//
// Each run is a new process. Beside it stands how long the program takes to print its version: that much is the machine.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const [program, runs = "10"] = process.argv.slice(2);
if (!program) {
  console.error("usage: node benches/demo-start.mjs PROGRAM [RUNS]");
  process.exit(2);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Milliseconds to the link and to the page behind it. */
async function start() {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(program, ["demo", "--listen", `127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, RUST_LOG: "error" },
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const link = line.match(/http:\/\/\S+\/link\?token=\S+/)?.[0];
      if (!link) continue;
      const toLink = performance.now() - began;
      const answer = await fetch(link);
      await answer.text();
      if (!answer.ok) throw new Error(`${link} answered ${answer.status}`);
      return { link: toLink, page: performance.now() - began };
    }
    throw new Error("the demo ended without a link");
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  }
}

function version() {
  const began = performance.now();
  execFileSync(program, ["--version"]);
  return performance.now() - began;
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const shown = (times) =>
  `median ${median(times).toFixed(0)} ms (${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)})`;

const found = { version: [], link: [], page: [] };
for (let run = 0; run < Number(runs); run += 1) {
  found.version.push(version());
  const { link, page } = await start();
  found.link.push(link);
  found.page.push(page);
}
console.log(`--version   ${shown(found.version)}`);
console.log(`demo, link  ${shown(found.link)}`);
console.log(`demo, page  ${shown(found.page)}`);
