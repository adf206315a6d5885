import { attention, createPlan, referenceBackend } from "@fovea/dot-product-attention";
import { ProgramBuilder, trace, type Program, type Type } from "@fovea/program";
import { randomGenerator, slice, tensor, toArray, transpose, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { createCall, tablesFrom } from "./testing/create-call.ts";
import { createWasmBackend } from "./wasm-backend.ts";

const [queries, keys] = [4, 21];
const random = randomGenerator(3);
const query = random.normal([1, 2, queries, 4], { dtype: "float32" });
const key = random.normal([1, 2, keys, 4], { dtype: "float32" });
const value = random.normal([1, 2, keys, 5], { dtype: "float32" });

/** Adds `table[…]` to the score; one index per axis, each `input + shift`. */
function adds(type: Type, values: Tensor, shifts: readonly number[]): Program {
  const builder = new ProgramBuilder();
  const table = builder.declare({ name: "table", type, rank: values.shape.length }, values);
  const inputs = ["head", "query", "query", "key"] as const;
  const chosen = inputs.slice(inputs.length - values.shape.length);
  const indices = chosen.map((input, axis) =>
    builder.apply("add", builder.input(input), builder.constant(shifts[axis], "int")),
  );
  const found = builder.gather(table, indices);
  return builder.build(
    builder.apply("add", builder.input("score"), type === "float" ? found : builder.apply("toFloat", found)),
  );
}

const shapes = [[17], [6, 17], [2, 5, 17], [2, 3, 4, 17]];
const dtypes = { float: "float32", int: "int32", bool: "bool" } as const;

for (const type of ["float", "int", "bool"] as const) {
  test.each(shapes)(`${type} tables of every rank read like the reference, 0 outside: [%s, %s, %s, %s]`, (...shape) => {
    using wasm = createWasmBackend();
    const size = shape.reduce((product, length) => product * length, 1);
    const numbers = Array.from({ length: size }, (_, i) =>
      type === "bool" ? (i % 3 === 1 ? 1 : 0) : ((i * 37) % 19) - 9,
    );
    const values = tensor(numbers, { dtype: dtypes[type], shape });
    // every table is left at both ends of some axis
    for (const shift of [0, -2, 3, 2 ** 31 - 8, -(2 ** 31)]) {
      const program = adds(
        type,
        values,
        shape.map((_, axis) => (axis === shape.length - 1 ? shift : -1)),
      );
      expectAlike(program, wasm);
    }
  });
}

test("a table index that is computed from the score is read pair by pair", () => {
  using wasm = createWasmBackend();
  const bias = tensor(Float32Array.from({ length: 5 }, (_, i) => i * i - 3));
  expectAlike(
    trace(({ score, table }) => score.add(table("bias", bias).at(score.multiply(3).floor().toInt()))),
    wasm,
  );
});

test("an index that goes down as the key goes up is read pair by pair", () => {
  using wasm = createWasmBackend();
  const bias = tensor(Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)));
  expectAlike(
    trace(({ score, table, query, key }) => score.add(table("bias", bias).at(query.add(9).subtract(key)))),
    wasm,
  );
});

test("a table of tables: the inner index is gathered, too", () => {
  using wasm = createWasmBackend();
  const bias = tensor(Float32Array.from({ length: 3 }, (_, i) => i - 1.5));
  const place = Int32Array.from({ length: keys }, (_, i) => (i * 5) % 4);
  expectAlike(
    trace(({ score, table, key }) => score.add(table("bias", bias).at(table("place", place, { type: "int" }).at(key)))),
    wasm,
  );
});

test("strided, sliced and float64 tables are read in their own order", () => {
  using wasm = createWasmBackend();
  const square = random.normal([9, 7], { dtype: "float64" });
  for (const values of [
    transpose(square),
    slice(square, [
      [1, 8, 2],
      [2, 7],
    ]),
  ]) {
    expectAlike(adds("float", values, [-1, -2]), wasm);
  }
});

test("a table in WebAssembly memory is read in place: writing to it changes the next call", () => {
  using wasm = createWasmBackend();
  using bias = wasm.upload(tensor(new Float32Array(keys)));
  const program = trace(({ score, table, key }) => score.add(table("bias", bias).at(key)));
  const run = (): number[] => toArray(attention(query, key, value, { score: program, backend: wasm }).output);
  const before = run();
  expect(before).toEqual(
    toArray(attention(query, key, value, { backend: wasm, score: ({ score }) => score.add(0) }).output),
  );
  bias.data[bias.offset + 3] = 40;
  const after = run();
  // all weight is on key 3 now
  for (let d = 0; d < 5; d++) expect(after[d]).toBeCloseTo(toArray(value)[3 * 5 + d], 6);
});

function expectAlike(program: Program, wasm: ReturnType<typeof createWasmBackend>): void {
  const sizes = { headDim: 4, valueDim: 5, queryType: "float32", keyType: "float32", valueType: "float32" } as const;
  const plan = createPlan({ ...sizes, score: program, mask: null, probability: null, normalizer: "softmax" });
  const call = createCall({ query, key, value }, { tables: tablesFrom({ score: program }) });
  const expected = toArray(referenceBackend.compile(plan).forward(call).output);
  const actual = toArray(wasm.compile(plan).forward(call).output);
  expect(actual.length).toBe(expected.length);
  for (const [i, x] of expected.entries()) expect(Math.abs(actual[i] - x), `element ${i}`).toBeLessThan(3e-6);
}
