// npm run bench -- --browser [--quick]: Fovea beside onnxruntime-web in a real Chromium, without V8's flag, on one thread and on two.
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import type { PageTimes, PageWork } from "../../apps/bench/src/browser/page-work.ts";
import { attentionModel } from "../../apps/bench/src/contenders/onnx-model.ts";
import { median, mostNoise, noiseOf, pairedRatio } from "../../apps/bench/src/statistics.ts";
import { operationsOf } from "../../apps/bench/src/work.ts";
import { chromiumArguments, chromiumPath, hasChromium } from "./chromium.ts";
import { serveSources } from "./serve-sources.ts";

const root = join(import.meta.dirname, "..", "..");
const runtimeUrl = "/onnxruntime/";
const runtimeFolder = join(root, "apps", "bench", "node_modules", "onnxruntime-web", "dist");
/** What a page needs to have more than one thread. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Shares of the 128-bit microkernel and ratios to onnxruntime-web to reach. */
const rows = [
  { id: "full-1024", mask: "none", ofLimit: 0.82, ratio: 1.85 },
  { id: "causal-1024", mask: "causal", ofLimit: null, ratio: 4 },
] as const;

const verdict = (met: boolean): string => (met ? "met" : "missed");

if (!hasChromium) {
  process.stderr.write("--browser: there is no Chromium here. Set CHROMIUM_PATH to one.\n");
  process.exit(1);
}
const rounds = process.argv.includes("--quick") ? 7 : 25;
const server = await serveSources(root, isolation, { [runtimeUrl]: runtimeFolder });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...chromiumArguments] });
try {
  process.stdout.write(`Chromium ${browser.version()}, ${rounds} rounds\n`);
  for (const threads of [1, 2]) {
    for (const row of rows) {
      // a page of its own: what one library leaves behind does not slow the next row
      const page = await browser.newPage();
      await page.goto(server.url);
      process.stdout.write(`${await measure(page, row, threads)}\n`);
      await page.close();
    }
  }
} finally {
  await browser.close();
  server.close();
}

async function measure(
  page: Page,
  { id, mask, ofLimit, ratio }: (typeof rows)[number],
  threads: number,
): Promise<string> {
  const work = { heads: 8, headDim: 64, keys: 1024, mask };
  const model = [...attentionModel(work, "Attention").bytes];
  const pageWork: PageWork = { length: 1024, mask, threads, model, rounds, turn: 100 };
  // as text: the page imports what it runs
  const call = `measureInPage(${JSON.stringify(pageWork)}, ${JSON.stringify(runtimeUrl)})`;
  const times = (await page.evaluate(
    `import("/apps/bench/src/browser/page.ts").then((module) => module.${call})`,
  )) as PageTimes;
  const gflop = operationsOf(work) / 1e9;
  // milliseconds that the microkernel would take, on as many threads
  const limits = times.microkernelGflops.map((gflops) => (gflop / (gflops * threads)) * 1000);
  const share = pairedRatio(times.fovea, limits);
  const ratios = pairedRatio(times.fovea, times.onnxruntime);
  const noise = noiseOf(times.fovea, times.onnxruntime) ?? 0;
  return [
    `${id}, ${times.threads} thread${times.threads === 1 ? "" : "s"}: ${median(times.fovea).toFixed(1)} ms`,
    `${ratios.toFixed(2)} × onnxruntime-web (to reach: ≥ ${ratio}, ${verdict(ratios >= ratio)})`,
    `${Math.round(share * 100)} % of the microkernel${ofLimit === null ? "" : ` (to reach: ≥ ${ofLimit * 100} %, ${verdict(share >= ofLimit)})`}`,
    ...(noise > mostNoise ? [`too noisy: the middle half within ${Math.round(noise * 100)} %`] : []),
    ...(times.difference < 1e-3 ? [] : [`other numbers, by ${times.difference.toPrecision(2)}`]),
  ].join("; ");
}
