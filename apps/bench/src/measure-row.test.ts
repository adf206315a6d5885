import { expect, test } from "vitest";
import type { AttentionContender } from "./job.ts";
import { measureRow } from "./measure-row.ts";
import { atMostTimes, fasterThan } from "./row.ts";
import type { Row } from "./row.ts";
import type { AttentionWork } from "./work.ts";

const measure = (row: Row) =>
  measureRow(
    row,
    { quick: true, rounds: 2, patience: 1, spent: 50, row: 100, turn: 0, warmUp: 0 },
    new AbortController().signal,
  );

function row(work: AttentionWork, names: readonly AttentionContender[], rest: Partial<Row> = {}): Row {
  return {
    id: "small",
    work: "",
    job: { contender: "fovea", work },
    rivals: names.map((name) => ({ name, job: { contender: name, work } })),
    operations: 1e6,
    targets: [],
    limitedBy: "its size",
    seconds: 1,
    ...rest,
  };
}

const small: AttentionWork = { heads: 2, headDim: 16, keys: 40, mask: "none" };

test.each<[string, AttentionWork, AttentionContender[]]>([
  [
    "no mask",
    small,
    ["onnxruntime-node", "onnxruntime-node flash", "onnxruntime-web", "jax-js", "tfjs wasm", "tfjs cpu"],
  ],
  [
    "causal",
    { ...small, mask: "causal" },
    [
      "onnxruntime-node grouped",
      "onnxruntime-node flash",
      "onnxruntime-node",
      "onnxruntime-web",
      "jax-js",
      "tfjs wasm",
    ],
  ],
  ["a window", { ...small, mask: { window: 7 } }, ["onnxruntime-node grouped", "onnxruntime-node", "onnxruntime-web"]],
  ["grouped heads", { ...small, heads: 4, keyHeads: 2, queries: 1 }, ["onnxruntime-node", "onnxruntime-web"]],
  ["gradients", { ...small, gradients: true }, ["tfjs wasm"]],
])("%s: everybody computes the same numbers", async (_, work, names) => {
  const { ratios, note, ms } = await measure(row(work, names));
  expect(note).toBe("");
  expect(Object.keys(ratios).toSorted()).toEqual(names.toSorted());
  expect(ms).toBeGreaterThan(0);
});

test("other numbers are named", async () => {
  const wrong = row(small, [], {
    rivals: [{ name: "another window", job: { contender: "fovea", work: { ...small, mask: { window: 3 } } } }],
  });
  expect((await measure(wrong)).note).toMatch(/^another window gives other numbers, by /);
});

test("a rival that fails is shown with its message, and the row goes on", async () => {
  const grouped = { ...small, keyHeads: 1 };
  const result = await measure(row(grouped, ["onnxruntime-node flash", "onnxruntime-node"]));
  expect(result.note).toMatch(/^onnxruntime-node flash fails: ./);
  expect(Object.keys(result.ratios)).toEqual(["onnxruntime-node"]);
});

test("Fovea failing is a row that says so and is not met", async () => {
  const impossible = row({ ...small, headDim: 0 }, [], { targets: [fasterThan("nobody", 1)] });
  const result = await measure(impossible);
  expect(result).toMatchObject({ ms: null, spread: null, gflops: null, ofLimit: null, bytes: null, met: false });
  expect(result.note).toMatch(/^Fovea fails: ./);
});

test("a target missed says what limits it, one that was not measured decides nothing", async () => {
  const targets = [atMostTimes(1e-9, "itself"), fasterThan("somebody slow", 2)];
  const rivals: Row["rivals"] = [
    { name: "itself", job: { contender: "fovea", work: small } },
    { name: "somebody slow", job: { contender: "tfjs cpu", work: small }, slow: true },
  ];
  const { met, note, target } = await measure(row(small, [], { targets, rivals }));
  expect(met).toBe(false);
  expect(target).toBe("≤ 1e-9 × the time of itself; ≥ 2 × somebody slow");
  expect(note).toBe("missed: ≤ 1e-9 × the time of itself; limited by its size; --quick leaves out somebody slow");
});

test("the best native operator is named first", async () => {
  const names: AttentionContender[] = ["onnxruntime-web", "onnxruntime-node", "onnxruntime-node flash"];
  const { ratios } = await measure(row({ ...small, keys: 64, mask: "causal" }, names));
  const [first, ...others] = Object.keys(ratios);
  expect(first).toMatch(/^onnxruntime-node/);
  const natives = others.filter((name) => name.startsWith("onnxruntime-node"));
  for (const other of natives) expect(ratios[first]).toBeLessThanOrEqual(ratios[other]);
  expect(others).toHaveLength(2);
});

test("a row of first calls starts a process for each of at least nine runs", async () => {
  const first = row(small, [], { job: { contender: "first-call", work: "attention" }, fresh: true });
  const { ms, spread } = await measure(first);
  expect(ms).toBeGreaterThan(0);
  expect(spread).toBeGreaterThan(0);
}, 120_000);
