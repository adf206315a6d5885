import { expect, test } from "vitest";
import type { Report, Result } from "./result.ts";
import { markdownReport, noisyRows, putBetween } from "./write-readme.ts";

const result: Result = {
  id: "full-1024",
  ms: 41.234,
  spread: 0.567,
  gflops: 52.1,
  ofLimit: 0.912,
  bytes: 1_234_567,
  ratios: { "onnxruntime-web": 5.127, "jax-js": 1234.5 },
  noisy: {},
  target: "≥ 80 % of the microkernel",
  met: true,
  note: "",
};

const report: Report = {
  machine: { processor: "Some CPU", processors: 2, vectorBits: 256, memoryBytes: 8 * 2 ** 30, system: "Linux 6" },
  versions: { node: "24.0.0", other: "1.2.3" },
  limits: { microkernelGflops: 57.123, nativeGflops: 60.06, readGBs: 25 },
  results: [result, { ...result, id: "unknown", ms: null, spread: null, met: null, ratios: {}, note: "a reason" }],
};

test("a table in Markdown: what a person can read, notes below", () => {
  expect(markdownReport(report).split("\n")).toEqual([
    "Some CPU, 2 processors, 8 GiB, Linux 6; node 24.0.0, other 1.2.3.",
    "One thread at best: microkernel 57.1 GFLOP/s, onnxruntime-node's matrix product 60.1 GFLOP/s (native code, vectors of 256 bits), reading 25.0 GB/s.",
    "",
    "| row | work | time | GFLOP/s | of the limit | extra memory | their time / ours | to reach | met |",
    "|---|---|---|---|---|---|---|---|---|",
    "| `full-1024` | 1,024 × 1,024, no mask | 41.2 ± 0.57 ms | 52.1 | 91 % | 1.2 MB | 5.13 × onnxruntime-web, 1,235 × jax-js | ≥ 80 % of the microkernel | yes |",
    "| `unknown` |  |  | 52.1 | 91 % | 1.2 MB |  | ≥ 80 % of the microkernel |  |",
    "",
    "- `unknown`: a reason.",
  ]);
});

test("only what stands between the marks is replaced", () => {
  const marks = ["<!-- results begin: written by npm run bench -->", "<!-- results end -->"];
  const document = (text: string): string => `before\n${marks[0]}\n\n${text}\n\n${marks[1]}\nafter\n`;
  expect(putBetween(document("old\ntable"), "new")).toBe(document("new"));
  expect(() => putBetween("no marks", "new")).toThrow(/writeReadme: expected/);
});

test("rows with a ratio that is too noisy are told", () => {
  const noisy = { ...result, id: "causal-1024", noisy: { "jax-js": 0.11 } };
  expect(noisyRows([result, noisy])).toEqual(["causal-1024"]);
});
