import { spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly report: Record<string, unknown> & { readonly results: readonly Record<string, unknown>[] };
}

/** Runs the bench on some rows; with `interruptAt` as a person who presses Ctrl-C when that row begins. */
async function bench(only: string, interruptAt?: string): Promise<Ended> {
  const json = join(await mkdtemp(join(tmpdir(), "fovea-bench-")), "report.json");
  const child = spawn(process.execPath, ["src/main.ts", "--quick", "--only", only, "--json", json], {
    cwd: join(import.meta.dirname, ".."),
  });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => interruptAt && String(text).startsWith(interruptAt) && child.kill("SIGINT"));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output, report: JSON.parse(await readFile(json, "utf8")) };
}

const fields = ["id", "ms", "spread", "gflops", "ofLimit", "bytes", "ratios", "noisy", "target", "met", "note"];

test("the report has every field, on the screen and as JSON", async () => {
  const { code, output, report } = await bench("block-mask-window-1M");
  expect(code).toBe(0);
  expect(Object.keys(report)).toEqual(["machine", "versions", "limits", "results"]);
  expect(report["limits"]).toEqual({
    microkernelGflops: expect.any(Number),
    nativeGflops: expect.any(Number),
    readGBs: expect.any(Number),
  });
  expect(report["versions"]).toMatchObject({ "onnxruntime-node": "1.30.0", "@jax-js/jax": "0.1.25" });
  expect(report.results.map((result) => Object.keys(result))).toEqual([fields]);
  expect(report.results[0]).toMatchObject({ id: "block-mask-window-1M", ratios: {}, met: null });
  expect(output).toMatch(/block-mask-window-1M +[\d.]+ ± /);
});

test("Ctrl-C ends at once, shows and saves the rows that are done", async () => {
  const { code, output, report } = await bench("block-mask-window-1M,block-mask-documents-1M", "block-mask-documents");
  expect(code).toBe(130);
  expect(report.results.map(({ id }) => id)).toEqual(["block-mask-window-1M"]);
  expect(output).toContain("block-mask-window-1M");
});
