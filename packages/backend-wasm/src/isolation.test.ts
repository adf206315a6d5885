import { attention, attentionGradients, type AttentionOptions, type ProgramSource } from "@fovea/dot-product-attention";
import { parseFormula } from "@fovea/formula";
import { type Scope, type Value } from "@fovea/program";
import { assertAllClose, reshape, tensor, toArray, toNested, zeros } from "@fovea/tensor";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { createWasmBackend } from "./wasm-backend.ts";

const backend = createWasmBackend({ threads: 1 });
afterAll(() => backend.dispose());

type Id = (at: Value) => Value;
/** Ways to decide who sees whom by a number of each token. */
const rules: Readonly<Record<string, (id: Id, scope: Scope) => Value>> = {
  equal: (id, { query, key }) => id(query).equal(id(key)),
  different: (id, { query, key }) => id(query).notEqual(id(key)),
  less: (id, { query, key }) => id(key).less(id(query)),
  "less or equal": (id, { query, key }) => id(key).lessEqual(id(query)),
  "a difference": (id, { query, key }) => id(query).subtract(id(key)).absolute().less(1),
  "a sum": (id, { query, key }) => id(query).add(id(key)).equal(id(key).multiply(2)),
  remainders: (id, { query, key }) => id(query).remainder(7).equal(id(key).remainder(7)),
  floors: (id, { query, key }) => id(query).divide(3).floor().equal(id(key).divide(3).floor()),
  ints: (id, { query, key }) => id(query).toInt().equal(id(key).toInt()),
  logarithms: (id, { query, key }) => id(query).absolute().log().equal(id(key).absolute().log()),
  roots: (id, { query, key }) => id(query).absolute().sqrt().equal(id(key).absolute().sqrt()),
  sines: (id, { query, key }) => id(query).sin().equal(id(key).sin()),
  cosines: (id, { query, key }) => id(query).cos().less(id(key).cos()),
  exponentials: (id, { query, key }) => id(query).multiply(1e-9).exp().equal(id(key).multiply(1e-9).exp()),
  sigmoids: (id, { query, key }) => id(query).multiply(1e-12).sigmoid().equal(id(key).multiply(1e-12).sigmoid()),
  tangents: (id, { query, key }) => id(query).multiply(1e-12).tanh().equal(id(key).multiply(1e-12).tanh()),
  powers: (id, { query, key }) => id(query).power(1.5).equal(id(key).power(1.5)),
  extremes: (id, { query, key, minimum, maximum }) => minimum(id(query), id(key)).equal(maximum(id(query), id(key))),
  "a choice": (id, { query, key, select }) =>
    select(id(query).less(id(key)), id(query), id(key).negate()).equal(id(key).negate()),
  "numbers and places": (id, { query, key }) => id(query).add(query.toFloat()).lessEqual(id(key).add(key.toFloat())),
};

/** Numbers that float32 cannot tell apart, close together: whole ones, fractions, and what float32 has no room for. */
const ids = fc
  .tuple(
    fc.constantFrom(0, 16777216, 1e9, 2 ** 31 - 3, 2 ** 40, 1764633600000, -(2 ** 33), 2 ** 52, 1e300, 0.1),
    fc.constantFrom(1, 0.5, 1e-9),
    fc.array(fc.nat(4), { minLength: 6, maxLength: 14 }),
  )
  .map(([base, step, offsets]) => offsets.map((offset) => base + offset * step));

/** Who sees whom, as the weights of keys of one size: every row is the same number at each key that it sees. */
function weights(options: AttentionOptions, tokens: number, onWasm: boolean): number[][] {
  const queries = zeros([1, 1, tokens, 1]);
  const values = tensor(
    Array.from({ length: tokens }, (_, row) => Array.from({ length: tokens }, (_, key) => Number(row === key))),
  );
  const value = reshape(values, [1, 1, tokens, tokens]);
  const { output } = attention(queries, queries, value, onWasm ? { ...options, backend } : options);
  return (toNested(output) as number[][][][])[0][0];
}

const sees = (rows: number[][]): boolean[][] => rows.map((row) => row.map((weight) => weight > 0));

test.each(Object.keys(rules))("who sees whom is the same as on the reference backend: %s", (name) => {
  fc.assert(
    fc.property(ids, (numbers) => {
      const source: ProgramSource = (scope) => {
        const table = scope.table("ids", numbers);
        return rules[name]((at) => table.at(at), scope);
      };
      const score: ProgramSource = (scope) => scope.select(source(scope) as Value, scope.score, -Infinity);
      const expected = sees(weights({ mask: source }, numbers.length, false));
      expect(sees(weights({ mask: source }, numbers.length, true))).toEqual(expected);
      expect(sees(weights({ score }, numbers.length, true))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test("documents numbered far above 2 ** 24 stay apart, forward and backward", () => {
  const numbers = [1000000001, 1000000001, 1000000002, 1000000002];
  const mask = parseFormula("document[query] == document[key]", { tables: { document: numbers } });
  const own = [
    [0.5, 0.5, 0, 0],
    [0.5, 0.5, 0, 0],
    [0, 0, 0.5, 0.5],
    [0, 0, 0.5, 0.5],
  ];
  expect(weights({ mask }, 4, true)).toEqual(own);
  const ones = { ...zeros([1, 1, 4, 1]), data: new Float64Array([1, 1, 1, 1]) };
  const first = { ...ones, data: new Float64Array([1, 0, 0, 0]) };
  // only the first row's output counts, and only its document's values gain from it
  const found = attentionGradients(ones, ones, ones, first, { mask, backend });
  expect([...toArray(found.value)].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([0.5, 0.5, 0, 0]);
});

test("what no decision rests on is float32 as before: a bias of a table that is compared too", () => {
  const numbers = [0.1, 0.2, 0.1, 0.2];
  const score: ProgramSource = ({ score: s, query, key, select, table }) => {
    const t = table("t", numbers);
    return select(t.at(query).equal(t.at(key)), s.add(t.at(key)), -Infinity);
  };
  expect(weights({ score }, 4, true)).toEqual(weights({ score }, 4, false));
  const operand = zeros([1, 1, 4, 1]);
  const upstream = { ...operand, data: Float64Array.of(1, 0, 0, 2) };
  const value = { ...operand, data: Float64Array.of(1, 2, 3, 5) };
  const found = attentionGradients(operand, operand, value, upstream, { score, backend });
  const expected = attentionGradients(operand, operand, value, upstream, { score });
  assertAllClose(found.tables.score["t"], expected.tables.score["t"], { absolute: 1e-6 });
});
