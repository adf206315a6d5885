import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumArguments, chromiumPath, hasChromium } from "./chromium.ts";

const folder = join(import.meta.dirname, "..", "..", "apps", "playground");
const ofPlayground = createRequire(join(folder, "package.json"));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const types: Readonly<Record<string, string>> = { html: "text/html", css: "text/css", js: "text/javascript" };
/** No eval and no code but the page's own; styles in attributes are the editor's and the maths'. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'";

const built = mkdtempSync(join(tmpdir(), "fovea-playground-"));
let server: Server;
let address = "";
let browser: Browser;

beforeAll(async () => {
  if (!hasChromium) return;
  const vite = join(dirname(ofPlayground.resolve("vite/package.json")), "bin", "vite.js");
  execFileSync(process.execPath, [vite, "build", "--outDir", built, "--emptyOutDir", "--logLevel", "warn"], {
    cwd: folder,
  });
  server = createServer((request, response) => {
    // under a path of its own, as on a server that has other things too
    const path =
      new URL(request.url ?? "/", "http://localhost").pathname.replace(/^\/some\/path\//, "") || "index.html";
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Content-Type", types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream");
    try {
      response.end(readFileSync(join(built, path)));
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/path/`;
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumArguments] });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(built, { recursive: true });
});

/** Opens the page, runs `body`, and holds the page to: no complaint on its console, no request to anywhere else. */
async function onPage(
  link: string,
  body: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("data:")) complaints.push(request.url());
  });
  try {
    await page.goto(address + link);
    await page.getByText(/Blocks of|的块/).waitFor();
    await body(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Writes a formula as a person does. */
async function write(page: Page, name: string, text: string): Promise<void> {
  const editor = page.getByRole("textbox", { name });
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

/** A machine may be slow: what comes, comes. */
const expectSoon = (read: () => unknown) => expect.poll(read, { timeout: 30_000 });

const mask = "Who may attend to whom";

describe.runIf(hasChromium)("the playground, in a browser", { timeout: 120_000 }, () => {
  test("a typed mask changes the picture and the link, an error stands under its column", async () => {
    await onPage("", async (page) => {
      await write(page, mask, "key <= query and query - key < 3");
      await expectSoon(() => page.url()).toContain("mask=key+%3C%3D+query+and+query+-+key+%3C+3");
      await expectSoon(() => page.locator(".maths math").count()).toBe(2);
      await write(page, mask, "key <= qery");
      await page.getByText('unknown name "qery"').waitFor();
      expect(await page.locator(".cm-lintRange-error").textContent()).toBe("q");
      await write(page, mask, "key <= query");
      await expectSoon(() => page.locator(".problem").allTextContents()).toEqual(["", ""]);
    });
  });

  test("a link opens what it carries, and another browser's picture is the same", async () => {
    await onPage("#mask=key+%3C%3D+query+and+query+-+key+%3C+100&tokens=1000&view=mask", async (page) => {
      await expect(page.getByRole("textbox", { name: mask }).textContent()).resolves.toBe(
        "key <= query and query - key < 100",
      );
      expect(await page.getByRole("spinbutton", { name: "Tokens" }).inputValue()).toBe("1000");
      await page.getByText("A cell is the largest of 4 × 4 pairs.").waitFor();
    });
  });

  test("a hostile link is refused with a sentence, and the page works", async () => {
    await onPage("#tokens=99999999&score=alert(1)", async (page) => {
      expect(await page.getByRole("alert").textContent()).toContain('This link wants tokens to be "99999999"');
      await write(page, mask, "true");
      await expectSoon(() => page.getByRole("alert").count()).toBe(0);
    });
  });

  test("by keyboard alone: a pair is found and explained", async () => {
    await onPage("#score=&mask=key+%3C%3D+query", async (page) => {
      await page.locator(".plane").focus();
      for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
      await page.getByText("query 2 → key 1").waitFor();
      expect(await page.locator(".explanation").textContent()).toMatch(/number \d of the 3 keys that it sees/);
      await page.keyboard.press("+");
      await expectSoon(() => page.locator(".axis.keys").textContent()).toContain("0 … 19");
      await page.keyboard.press("-");
      await expectSoon(() => page.locator(".axis.keys").textContent()).toContain("0 … 39");
    });
  });

  test("dragging zooms, at 100,000 tokens too", async () => {
    await onPage("#tokens=100000&mask=key+%3C%3D+query", async (page) => {
      const box = (await page.locator(".plane").boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 + 20, box.y + box.height / 2 + 20, { steps: 3 });
      await page.mouse.up();
      await expectSoon(() => page.locator(".axis.keys").textContent()).toMatch(/key (49|50)\d\d\d … 5\d\d\d\d/);
    });
  });

  test("the gallery's ways to attend are chosen by name", async () => {
    await onPage("", async (page) => {
      await page.getByLabel("Start from").selectOption("Documents");
      await expect
        .poll(() => page.getByRole("textbox", { name: mask }).textContent())
        .toContain("document[query] == document[key]");
    });
  });

  test.each([
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["on a phone, in Chinese", { locale: "zh-CN", viewport: { width: 390, height: 844 } }],
  ] as const)("%s: no serious finding of axe, nothing wider than the screen", async (_, options) => {
    await onPage(
      "",
      async (page) => {
        // the policy lets no other script in: axe comes through the browser's own door
        await page.evaluate(readFileSync(axe, "utf8"));
        const { violations } = (await page.evaluate("axe.run()")) as {
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        };
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        const [wide, screen] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as [
          number,
          number,
        ];
        expect(wide).toBeLessThanOrEqual(screen);
      },
      options,
    );
  });

  test("what comes before the first paint is at most 250 kB, compressed", () => {
    const html = readFileSync(join(built, "index.html"), "utf8");
    const named = Array.from(html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g), ([, path]) => path);
    expect(named.length).toBeGreaterThanOrEqual(2);
    const bytes = named.reduce(
      (sum, path) => sum + gzipSync(readFileSync(join(built, path))).length,
      gzipSync(html).length,
    );
    expect(bytes).toBeLessThanOrEqual(250_000);
  });
});
