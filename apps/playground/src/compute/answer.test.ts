import { createWasmBackend } from "@fovea/backend-wasm";
import { attentionWeights, referenceBackend, type Normalizer } from "@fovea/dot-product-attention";
import { parseFormula } from "@fovea/formula";
import { tensor, toNested } from "@fovea/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { defaults, offered, type Settings } from "../settings/settings.ts";
import { createAnswerer } from "./answer.ts";
import { createOperands, headDim } from "./operands.ts";
import { pageTables } from "./programs.ts";
import type { Answer, Region } from "./protocol.ts";

const wasm = createWasmBackend({ threads: 1 });
afterAll(() => wasm.dispose());

const whole = (tokens: number): Region => ({ queryFrom: 0, queryTo: tokens, keyFrom: 0, keyTo: tokens });

function ask(
  chosen: Partial<Settings>,
  more: { region?: Region; pair?: Answer["explanation"] } = {},
  backend = wasm,
): Answer {
  const settings = { ...defaults, tokens: 12, ...chosen };
  const { region = whole(settings.tokens), pair = null } = more;
  return createAnswerer(backend)({ id: 1, settings, region, rows: 256, columns: 256, pair });
}

const rounded = (numbers: readonly number[]): string[] => numbers.map((value) => value.toFixed(4));

/** The weights of one head, by the package's own function over all heads. */
function expected(chosen: Partial<Settings>): number[][] {
  const settings = { ...defaults, tokens: 12, ...chosen };
  const { tokens, heads, head, normalizer } = settings;
  const numbers = createOperands()(settings);
  const [query, key] = [numbers.query, numbers.key].map((data) =>
    tensor(
      Float32Array.from({ length: heads * data.length }, (_, i) => data[i % data.length]),
      {
        shape: [1, heads, tokens, headDim],
      },
    ),
  );
  const tables = { ...pageTables(settings) };
  const program = (kind: "score" | "mask") =>
    settings[kind] === "" ? null : parseFormula(settings[kind], { kind, tables });
  const options = { score: program("score"), mask: program("mask"), normalizer };
  return toNested(attentionWeights(query, key, options, { head })) as number[][];
}

describe.each([
  ["wasm", wasm],
  ["reference", referenceBackend],
] as const)("on %s", (_, backend) => {
  test.each<readonly [string, Partial<Settings>]>([
    ["the defaults", {}],
    ["another head's slope", { head: 3 }],
    ["no programs", { score: "", mask: "" }],
    ["documents", { mask: "document[query] == document[key] and key <= query" }],
    ["a mask that reads head, queries and keys", { mask: "head == 1 ? key < keys - 3 : query < queries - 2", head: 1 }],
    ...offered.map((normalizer: Normalizer) => [normalizer, { normalizer }] as const),
  ])("weights are those of the package: %s", (__, chosen) => {
    const { picture, problems } = ask(chosen, {}, backend as typeof wasm);
    expect(problems).toEqual([]);
    const weights = expected(chosen).flat();
    // where the package says 0, the pair may be masked
    const shown = Array.from(picture!.values, (value) => (Number.isNaN(value) ? 0 : value));
    expect(shown.map((value, i) => Math.abs(value - weights[i]) < 2e-6)).toEqual(weights.map(() => true));
    expect(picture).toMatchObject({ rows: 12, columns: 12, pairsAcross: 1, pairsDown: 1, sampled: false });
  });
});

test("a mask is 1 and 0, a score is before any program, a changed one after it and without what is masked", () => {
  const chosen = { score: "score + 10", mask: "key <= query" };
  const [mask, score, changed] = (["mask", "score", "changed"] as const).map(
    (view) => ask({ ...chosen, view }).picture!.values,
  );
  for (let query = 0; query < 12; query++) {
    for (let key = 0; key < 12; key++) {
      const pair = query * 12 + key;
      expect(mask[pair]).toBe(key <= query ? 1 : 0);
      expect(Number.isNaN(changed[pair])).toBe(key > query);
      expect(Math.abs(changed[pair] - score[pair] - 10) < 1e-5).toBe(key <= query);
    }
  }
});

test("a part of the picture is that part of the whole", () => {
  const whole = ask({ tokens: 30 }).picture!;
  const region = { queryFrom: 20, queryTo: 24, keyFrom: 15, keyTo: 25 };
  const { values, rows, columns } = ask({ tokens: 30 }, { region }).picture!;
  expect([rows, columns]).toEqual([4, 10]);
  const same = Array.from(values, (_, i) => whole.values[(20 + Math.floor(i / 10)) * 30 + 15 + (i % 10)]);
  expect(rounded(Array.from(values))).toEqual(rounded(same));
});

test("a cell of several pairs says how many it stands for, and that some were left out", () => {
  const { picture } = ask({ tokens: 2000, mask: "key <= query", view: "mask" });
  expect(picture).toMatchObject({ rows: 250, columns: 250, pairsAcross: 8, pairsDown: 8, sampled: true });
  expect(picture!.values[250 * 249]).toBe(1);
  expect(picture!.values[249]).toBe(0);
});

test("a hundred thousand tokens, weights and all", () => {
  const { picture, problems, blocks } = ask({ tokens: 100_000, mask: "key <= query and query - key < 1000" });
  expect(problems).toEqual([]);
  expect(picture!.sampled).toBe(true);
  expect(picture!.most).toBeGreaterThan(0);
  // 1563 × 1563 blocks of 64: most are far from the window
  expect(blocks!.full + blocks!.partial + blocks!.empty).toBe(1563 ** 2);
  expect(blocks!.empty / 1563 ** 2).toBeGreaterThan(0.98);
});

test("a pair is explained: the parts, the score, the program, the weight and its rank", () => {
  const pair = { query: 7, key: 4 } as Answer["explanation"];
  const { explanation } = ask({ score: "score * 2", mask: "key <= query" }, { pair });
  const numbers = createOperands()({ tokens: 12, seed: 1 });
  const products = Array.from(
    { length: headDim },
    (_, d) => (numbers.query[7 * headDim + d] * numbers.key[4 * headDim + d]) / 4,
  );
  const score = products.reduce((sum, product) => sum + product, 0);
  const row = expected({ score: "score * 2", mask: "key <= query" })[7];
  expect(explanation).toMatchObject({
    query: 7,
    key: 4,
    score: expect.closeTo(score, 6),
    changed: expect.closeTo(2 * score, 6),
    visible: true,
    weight: expect.closeTo(row[4], 6),
    rank: 1 + row.filter((weight) => weight > row[4]).length,
    seen: 8,
  });
  const largest = Math.max(...products.map(Math.abs));
  expect(Math.abs(explanation!.parts[0].product)).toBeCloseTo(largest, 6);
  const masked = ask({ mask: "key <= query" }, { pair: { query: 4, key: 7 } as Answer["explanation"] });
  expect(masked.explanation).toMatchObject({ visible: false, weight: 0, rank: null, seen: 5 });
});

test("what is wrong with a formula is said where it is wrong, and the other one keeps its maths", () => {
  const { problems, picture, latex } = ask({ score: "score + 1", mask: "key <= qery" });
  expect(problems).toEqual([{ of: "mask", message: expect.stringContaining('unknown name "qery"'), position: 7 }]);
  expect(picture).toBeNull();
  expect(latex).toEqual({ score: expect.stringContaining("score"), mask: null });
  expect(ask({ score: "key <= query" }).problems).toMatchObject([{ of: "score" }]);
});
