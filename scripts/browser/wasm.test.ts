import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumArguments, chromiumPath, hasChromium } from "./chromium.ts";
import { serveSources } from "./serve-sources.ts";

const root = join(import.meta.dirname, "..", "..");
const cases = "/packages/backend-wasm/src/testing/browser-cases.ts";
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const small = { forward: expect.closeTo(0, 5), decode: expect.closeTo(0, 5), gradients: expect.closeTo(0, 4) };

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) {
    browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumArguments] });
  }
});
afterAll(() => browser?.close());

/** What the cases give in a page served with these headers, and what the page wrote on its console. */
async function run(headers: Readonly<Record<string, string>>, workerUrl?: string) {
  const server = await serveSources(root, headers);
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on("console", (message) => lines.push(message.text()));
  try {
    await page.goto(server.url);
    // as text: this file's own imports are rewritten by the test runner
    const call = `runBrowserCases(${JSON.stringify(workerUrl)})`;
    const report: unknown = await page.evaluate(`import("${cases}").then((module) => module.${call})`);
    return { report, lines };
  } finally {
    await page.close();
    server.close();
  }
}

test.runIf(hasChromium)("a page that is cross-origin isolated uses threads and relaxed SIMD", async () => {
  const { report, lines } = await run(isolation);
  expect(report).toEqual({ isolated: true, name: "wasm", threads: 3, relaxedSimd: true, sameBits: true, ...small });
  expect(lines).toEqual([]);
});

test.runIf(hasChromium)("a page that is not runs on one thread and is told why", async () => {
  const { report, lines } = await run({});
  expect(report).toMatchObject({ isolated: false, name: "wasm", threads: 1, sameBits: true, ...small });
  expect(lines).toEqual([expect.stringContaining("Cross-Origin-Opener-Policy")]);
});

test.runIf(hasChromium)("under a policy without Blob workers they start from workerUrl", async () => {
  const policy = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'";
  const headers = { ...isolation, "Content-Security-Policy": policy };
  const { report } = await run(headers, "/packages/backend-wasm/src/threads/worker.ts");
  expect(report).toMatchObject({ name: "wasm", threads: 3, sameBits: true, ...small });
  const without = await run(headers);
  expect(without.report).toMatchObject({ name: "wasm", threads: 1, sameBits: true, ...small });
  expect(without.lines).toContainEqual(expect.stringContaining("pass workerUrl"));
});

test.runIf(hasChromium)("a policy that forbids compiling WebAssembly leaves the reference backend", async () => {
  const { report, lines } = await run({ "Content-Security-Policy": "script-src 'self' 'unsafe-inline'" });
  expect(report).toMatchObject({ name: "reference", forward: 0, decode: 0, gradients: 0 });
  expect(lines.filter((line) => line.includes("@fovea"))).toEqual([expect.stringContaining("wasm-unsafe-eval")]);
});
