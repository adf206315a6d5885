import { causal, createBlockMask } from "@fovea/masking";
import { ProgramError, trace } from "@fovea/program";
import { DTypeError, ShapeError, slice, tensor, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { AttentionError } from "./attention-error.ts";
import type { AttentionOptions } from "./options.ts";
import type { Backend } from "./backend.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { randomOperands } from "./testing/random-operands.ts";

// batch 2, heads 4, keyHeads 2, queries 5, keys 6, headDim 3, valueDim 7
const { query, key, value } = randomOperands(1);

/** A backend that fails the test when anything wrong reaches it. */
const untouched: Backend = {
  ...referenceBackend,
  compile: () => {
    throw new Error("compiled in spite of a wrong option");
  },
  concatenateKeys: () => {
    throw new Error("concatenated in spite of a wrong option");
  },
};

const operands: [string, readonly [Tensor, Tensor, Tensor], new (message: string) => Error, string][] = [
  [
    "a query of rank 3",
    [zeros([4, 5, 3]), key, value],
    ShapeError,
    "expected query [batch, heads, queries, headDim] of rank 4, got [4, 5, 3]",
  ],
  ["another batch", [zeros([1, 4, 5, 3]), key, value], ShapeError, "expected one batch, got query 1, key 2, value 2"],
  ["another headDim", [zeros([2, 4, 5, 2]), key, value], ShapeError, "expected one headDim, got query 2, key 3"],
  ["another number of values", [query, key, zeros([2, 2, 5, 7])], ShapeError, "expected one keys, got key 6, value 5"],
  ["other value heads", [query, key, zeros([2, 1, 6, 7])], ShapeError, "expected one keyHeads, got key 2, value 1"],
  [
    "heads that are no multiple",
    [zeros([2, 3, 5, 3]), key, value],
    ShapeError,
    "query heads must be a multiple of key heads, got 3 and 2",
  ],
  [
    "no headDim",
    [zeros([2, 4, 5, 0]), zeros([2, 2, 6, 0]), value],
    ShapeError,
    "expected at least 1 for headDim, got 0",
  ],
  ["an int32 query", [zeros([2, 4, 5, 3], "int32"), key, value], DTypeError, "got int32. Cast it first."],
  ["a bool value", [query, key, zeros([2, 2, 6, 7], "bool")], DTypeError, "expected value to hold float32"],
  ["nested arrays", [[[[[1]]]] as unknown as Tensor, key, value], AttentionError, "Make one with tensor(values)"],
];
for (const [name, [q, k, v], type, message] of operands) {
  const call = (): unknown => attention(q, k, v, { backend: untouched });
  test(`${name} is refused`, () => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
}

const declared = trace(({ score, head, table }) => score.add(table("bias", { type: "float", rank: 1 }).at(head)));
const past = (keyShape: number[], valueShape: number[]): AttentionOptions => ({
  past: { key: zeros(keyShape, "float64"), value: zeros(valueShape, "float64") },
});
const options: [string, AttentionOptions, new (message: string) => Error, string][] = [
  [
    "an option that does not exist",
    { causal: true } as AttentionOptions,
    AttentionError,
    'there is no option "causal"',
  ],
  [
    "a mask that gives a float",
    { mask: ({ score }) => score.add(1) },
    AttentionError,
    "expected the mask program to give a bool, got float",
  ],
  [
    "a score that gives a bool",
    { score: ({ key: k, query: q }) => k.less(q) },
    AttentionError,
    "A condition belongs in `mask`",
  ],
  [
    "a probability that gives a bool",
    { probability: ({ score }) => score.less(0.5) },
    AttentionError,
    "expected the probability program to give a float",
  ],
  [
    "a mask that reads the score",
    { mask: ({ score }) => score.less(0.5) },
    AttentionError,
    "Give -Infinity in the score program",
  ],
  [
    "a score that is a string",
    { score: "score + 1" as unknown as null },
    AttentionError,
    "expected score to be a program or a function",
  ],
  ["numbers for a mask", { mask: zeros([5, 6], "bool") as never }, AttentionError, "Numbers are read as a table"],
  ["a program cut short", { score: { instructions: [] } as never }, ProgramError, "expected a program with tables"],
  ["a broken program", { score: { tables: [], instructions: [], result: 0, values: {} } }, ProgramError, ""],
  ["a scale that is NaN", { scale: NaN }, AttentionError, "expected scale to be a finite number, got NaN"],
  ["an infinite scale", { scale: Infinity }, AttentionError, "got Infinity"],
  ["an unknown normalizer", { normalizer: "softmin" as "softmax" }, AttentionError, 'got "softmin"'],
  [
    "sinks without their normalizer",
    { sinks: tensor([1, 2, 3, 4]) },
    AttentionError,
    "softmaxWithSink only, got softmax",
  ],
  ["the sink normalizer without sinks", { normalizer: "softmaxWithSink" }, AttentionError, "needs sinks [4]"],
  [
    "too few sinks",
    { normalizer: "softmaxWithSink", sinks: tensor([1]) },
    ShapeError,
    "expected sinks [heads] = [4], got [1]",
  ],
  ["int sinks", { normalizer: "softmaxWithSink", sinks: zeros([4], "int32") }, AttentionError, "got int32"],
  [
    "rowTotal of a normalizer that has none",
    { normalizer: "sparsemax", returns: { rowTotal: true } },
    AttentionError,
    "sparsemax has no rowTotal",
  ],
  [
    "logSumExp of a normalizer that has none",
    { normalizer: "relu", returns: { logSumExp: true } },
    AttentionError,
    "relu has no logSumExp",
  ],
  ["too few keyLengths", { keyLengths: [3] }, AttentionError, "one number per batch element, 2, got 1"],
  [
    "keyLengths past the end",
    { keyLengths: [3, 7] },
    AttentionError,
    "keyLengths[1] must be a whole number from 0 to 6, got 7",
  ],
  [
    "a negative queryLength",
    { queryLengths: [-1, 2] },
    AttentionError,
    "queryLengths[0] must be a whole number from 0 to 5, got -1",
  ],
  ["a fractional keyLength", { keyLengths: [1.5, 2] }, AttentionError, "got 1.5"],
  ["a fractional queryOffset", { queryOffset: 0.5 }, AttentionError, "got 0.5"],
  ["a queryOffset beyond ints", { queryOffset: 2 ** 31 - 2 }, AttentionError, "queryOffset[0]"],
  [
    "a past of other heads",
    past([2, 1, 3, 3], [2, 1, 3, 7]),
    ShapeError,
    "expected past.key [2, 2, 3, 3] beside key [2, 2, 6, 3], got [2, 1, 3, 3]",
  ],
  ["a past whose value is shorter", past([2, 2, 3, 3], [2, 2, 2, 7]), ShapeError, "expected past.value [2, 2, 3, 7]"],
  [
    "a past of another type",
    { past: { key: zeros([2, 2, 3, 3]), value: zeros([2, 2, 3, 7]) } },
    AttentionError,
    "expected past.key to hold float64 like key, got float32",
  ],
  [
    "a block mask without a mask",
    { blockMask: createBlockMask(causal(), { queries: 5, keys: 6 }) },
    AttentionError,
    "pass the mask it was made from",
  ],
  [
    "a block mask of other keys",
    { mask: causal(), blockMask: createBlockMask(causal(), { queries: 5, keys: 7 }) },
    AttentionError,
    "expected a blockMask for 6 keys, got one for 7",
  ],
  [
    "one block layer for two offsets",
    { mask: causal(), queryOffset: [0, 1], blockMask: createBlockMask(causal(), { queries: 5, keys: 6 }) },
    AttentionError,
    "expected a blockMask with batch 2, got 1",
  ],
  [
    "a table nobody declared",
    { score: ({ score }) => score.add(1), tables: { score: { bias: tensor([1]) } } },
    AttentionError,
    'the score program has no table "bias"; its tables: none.',
  ],
  [
    "a table that is missing",
    { score: ({ score, head, table }) => score.add(table("bias", { type: "float", rank: 1 }).at(head)) },
    AttentionError,
    'table "bias" of the score program has no values',
  ],
  [
    "a table of another rank",
    { score: declared, tables: { score: { bias: tensor([[1]]) } } },
    AttentionError,
    "expected rank 1, got shape [1, 1]",
  ],
  [
    "a table of another type",
    { score: declared, tables: { score: { bias: zeros([4], "int32") } } },
    AttentionError,
    "expected float32 or float64, got int32",
  ],
  [
    "a table shorter than the heads",
    { score: ({ score, head, table }) => score.add(table("slope", [1, 2, 3]).at(head)) },
    AttentionError,
    'table "slope" of the score program is indexed by head on axis 0, which reaches 3, got length 3. Make the table at least 4 long.',
  ],
  [
    "a table shorter than the keys",
    { mask: ({ key: k, table }) => table("seen", [true, true, true]).at(k) },
    AttentionError,
    "indexed by key on axis 0, which reaches 5",
  ],
  [
    "a table shorter than the offset queries",
    { score: ({ score, query: q, table }) => score.add(table("row", [1, 2, 3, 4, 5]).at(q)), queryOffset: 1 },
    AttentionError,
    "indexed by query on axis 0, which reaches 5",
  ],
  [
    "a table shorter than the batch",
    { score: ({ score, batch: b, head: h, table }) => score.add(table("both", [[1, 2, 3, 4]]).at(b, h)) },
    AttentionError,
    "indexed by batch on axis 0, which reaches 1",
  ],
];
for (const [name, given, type, message] of options) {
  const call = (): unknown => attention(query, key, value, { ...given, backend: untouched });
  test(`${name} is refused before any work`, () => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
}

test("a table need only reach as far as the lengths do", () => {
  const given: AttentionOptions = { score: ({ score, key: k, table }) => score.add(table("bias", [1, 2, 3]).at(k)) };
  expect(() => attention(query, key, value, given)).toThrow(AttentionError);
  expect(() => attention(query, key, value, { ...given, keyLengths: [3, 2] })).not.toThrow();
});

test("whether a table is read directly is decided by the program as it is written, not by a value", () => {
  for (const shift of [0, 1, 5]) {
    const given: AttentionOptions = {
      score: ({ score, key: k, table }) => score.add(table("bias", [1, 2]).at(k.subtract(shift))),
    };
    expect(() => attention(query, key, value, given)).not.toThrow();
  }
  for (const weight of [0, 1]) {
    const given: AttentionOptions = {
      score: ({ score, key: k, table }) =>
        score.add(
          table("bias", new Int32Array([1, 2]))
            .at(k)
            .multiply(weight),
        ),
    };
    expect(() => attention(query, key, value, given)).toThrow("indexed by key");
  }
  // what the result does not depend on is not read
  const unread: AttentionOptions = {
    score: ({ score, key: k, table }) => {
      table("bias", [1, 2]).at(k);
      return score;
    },
  };
  expect(() => attention(query, key, value, unread)).not.toThrow();
});

test("a table whose values are null is refused", () => {
  for (const bias of [null, 3, "numbers", {}, { shape: 4 }]) {
    const call = (): unknown =>
      attention(query, key, value, { score: declared, tables: { score: { bias: bias as never } } });
    expect(call).toThrow(AttentionError);
    expect(call).toThrow('table "bias" of the score program: expected a tensor. Make one with tensor(values).');
  }
});

test("a computed index outside a table reads 0 and is no error", () => {
  const given: AttentionOptions = {
    score: ({ score, key: k, table }) => table("factor", [1]).at(k.multiply(2)).multiply(score),
  };
  expect(() => attention(query, key, value, given)).not.toThrow();
});

test("a function is traced once", () => {
  let traced = 0;
  const mask: AttentionOptions["mask"] = ({ query: q, key: k }) => {
    traced++;
    return k.lessEqual(q);
  };
  attention(query, key, value, { mask });
  attention(slice(query, [[0, 1]]), slice(key, [[0, 1]]), slice(value, [[0, 1]]), { mask });
  expect(traced).toBe(1);
});

test("null and undefined options mean their defaults", () => {
  const nothing = { score: null, mask: undefined, probability: null, scale: undefined, past: null, sinks: null };
  expect(attention(query, key, value, nothing)).toEqual(attention(query, key, value));
});

test("a backend by name is refused with where to get one", () => {
  expect(() => attention(query, key, value, { backend: "wasm" as never })).toThrow(
    "expected backend to be one, such as",
  );
});
