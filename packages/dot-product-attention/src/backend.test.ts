import type { Operand } from "@fovea/block-operations";
import { causal } from "@fovea/masking";
import { clone, slice, toArray, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { AttentionError } from "./attention-error.ts";
import { attentionGradients } from "./attention-gradients.ts";
import { attentionWeights } from "./attention-weights.ts";
import type { Backend, Call } from "./backend.ts";
import { createPlan } from "./plan.ts";
import { prepareCall } from "./prepare-call.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { randomOperands } from "./testing/random-operands.ts";

/** An operand that hides its numbers, as a device buffer does. */
interface Parcel extends Operand {
  readonly inside: Tensor;
}
const pack = (inside: Tensor): Parcel => ({ dtype: inside.dtype, shape: inside.shape, inside });
const packed = (inside: Tensor | null): Parcel | null => inside && pack(inside);
const unpack = (call: Call<Parcel>): Call => ({
  ...call,
  query: call.query.inside,
  key: call.key.inside,
  value: call.value.inside,
  // these tests pass plain tables and sinks
  tables: call.tables as Call["tables"],
  sinks: call.sinks as Call["sinks"],
});

/** A backend of somebody else, with operands of its own; remembers which plans it compiled. */
function createParcelBackend(): Backend<Parcel> & { readonly compiled: Set<string> } {
  const compiled = new Set<string>();
  return {
    compiled,
    name: "parcel",
    blockSize: { query: 8, key: 8 },
    compile(plan) {
      compiled.add(plan.key);
      const kernel = referenceBackend.compile(plan);
      return {
        forward(call) {
          const { output, rowMaximum, rowTotal, threshold, logSumExp } = kernel.forward(unpack(call));
          return {
            output: pack(output),
            rowMaximum: pack(rowMaximum),
            rowTotal: packed(rowTotal),
            threshold: packed(threshold),
            logSumExp: packed(logSumExp),
          };
        },
        backward(call, _forward, outputGradient) {
          const inner = unpack(call);
          const gradients = kernel.backward(inner, kernel.forward(inner), outputGradient.inside);
          const { query, key, value } = gradients;
          return { ...gradients, query: pack(query), key: pack(key), value: pack(value) };
        },
        dispose: () => kernel.dispose(),
      };
    },
    concatenateKeys: (parts) => pack(referenceBackend.concatenateKeys(parts.map((part) => part.inside))),
    sliceKeys: (operand, from, to) => pack(referenceBackend.sliceKeys(operand.inside, from, to)),
    place: pack,
    allocate: (shape, dtype) => pack(zeros(shape, dtype)),
    read: ({ inside }) => Promise.resolve(clone(inside)),
    dispose: () => {},
  };
}

const { query, key, value } = randomOperands(1, { queries: 6, keys: 6 });

test("a backend with operands of its own runs attention and its gradients", () => {
  const backend = createParcelBackend();
  const options = { mask: causal(), backend, returns: { logSumExp: true } };
  const { output, logSumExp } = attention(pack(query), pack(key), pack(value), options);
  const expected = attention(query, key, value, { mask: causal(), returns: { logSumExp: true } });
  expect(toArray(output.inside)).toEqual(toArray(expected.output));
  expect(toArray((logSumExp as Parcel).inside)).toEqual(toArray(expected.logSumExp as Tensor));
  const gradients = attentionGradients(pack(query), pack(key), pack(value), output, options);
  const expectedGradients = attentionGradients(query, key, value, expected.output, { mask: causal() });
  expect(toArray(gradients.key.inside)).toEqual(toArray(expectedGradients.key));
});

test("a growing cache, other lengths, offsets, scales and tables compile one kernel", () => {
  const backend = createParcelBackend();
  for (let past = 1; past < 6; past++) {
    const range = (t: Tensor, from: number, to: number): Parcel => pack(slice(t, [null, null, [from, to]]));
    attention(range(query, past, past + 1), range(key, past, past + 1), range(value, past, past + 1), {
      past: { key: range(key, 0, past), value: range(value, 0, past) },
      mask: causal(),
      score: ({ score, head, table }) => score.multiply(table("gain", [1, 2, 3, past]).at(head)),
      scale: past,
      keyLengths: [past, 1],
      backend,
    });
  }
  expect(backend.compiled.size).toBe(1);
});

test("sparsemax and entmax15 give their kernels the threshold of each row below its largest score, the others what they sum", () => {
  const stages = { sparsemax: (z: number, t: number) => z - t, entmax15: (z: number, t: number) => z / 2 - t };
  for (const normalizer of ["sparsemax", "entmax15"] as const) {
    const { plan, call } = prepareCall(query, key, value, { normalizer, mask: causal() }, referenceBackend);
    const { rowMaximum, rowTotal, threshold, logSumExp } = referenceBackend.compile(plan).forward(call);
    expect([rowTotal, logSumExp]).toEqual([null, null]);
    const scores = toArray(attentionWeights(query, key, { mask: causal() }, { batch: 1, head: 2, stage: "score" }));
    const thresholds = toArray(slice(threshold as Tensor, [1, 2]));
    const maxima = toArray(slice(rowMaximum, [1, 2]));
    for (let row = 0; row < 6; row++) {
      const above = (s: number): number => Math.max(0, stages[normalizer](s - maxima[row], thresholds[row]));
      const kept = scores.slice(row * 6, row * 6 + 6).map(above);
      expect(kept.reduce((sum, x) => sum + (normalizer === "sparsemax" ? x : x * x), 0)).toBeCloseTo(1, 12);
    }
  }
  const { plan, call } = prepareCall(query, key, value, { normalizer: "sigmoid" }, referenceBackend);
  const { rowTotal, threshold, logSumExp } = referenceBackend.compile(plan).forward(call);
  expect([rowTotal, threshold, logSumExp]).toEqual([null, null, null]);
});

test("a kernel that has been disposed of says so", () => {
  const plan = createPlan({
    headDim: 3,
    valueDim: 7,
    queryType: "float64",
    keyType: "float64",
    valueType: "float64",
    score: null,
    mask: null,
    probability: null,
    normalizer: "softmax",
  });
  const { call } = prepareCall(query, key, value, {}, referenceBackend);
  const kernel = referenceBackend.compile(plan);
  kernel.forward(call);
  kernel.dispose();
  expect(() => kernel.forward(call)).toThrow(AttentionError);
});

test("a mask on a large plane reaches the kernel as blocks of the size the backend likes, made once while nothing changes", () => {
  const large = randomOperands(2, { batch: 1, queries: 32, keys: 40 });
  const backend = { ...referenceBackend, blockSize: { query: 8, key: 16 } };
  const mask = causal();
  const prepare = (queryOffset: number): Call =>
    prepareCall(large.query, large.key, large.value, { mask, queryOffset }, backend).call;
  const { blockMask } = prepare(0);
  expect([blockMask?.queryBlock, blockMask?.keyBlock, blockMask?.queries, blockMask?.keys]).toEqual([8, 16, 32, 40]);
  expect(prepare(0).blockMask).toBe(blockMask);
  expect(prepare(8).blockMask).not.toBe(blockMask);
});
