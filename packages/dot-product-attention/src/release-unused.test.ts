import type { Operand } from "@fovea/block-operations";
import { causal } from "@fovea/masking";
import { zeros, type Tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { attention } from "./attention.ts";
import { attentionGradients } from "./attention-gradients.ts";
import type { Backend, Call, Forward } from "./backend.ts";
import { referenceBackend } from "./reference/reference-backend.ts";
import { releaseUnused } from "./release-unused.ts";
import { randomOperands } from "./testing/random-operands.ts";

interface Parcel extends Operand {
  readonly inside: Tensor;
  dispose(): void;
}

/** A backend whose operands are disposed of, with room for so many of them beside those that the caller has. */
function createSmallBackend(room: number): Backend<Parcel> & { readonly live: Set<Parcel> } {
  const live = new Set<Parcel>();
  const pack = (inside: Tensor): Parcel => {
    if (live.size === room) throw new RangeError("no room");
    const parcel = { dtype: inside.dtype, shape: inside.shape, inside, dispose: () => void live.delete(parcel) };
    live.add(parcel);
    return parcel;
  };
  const packAll = <T extends object>(tensors: T): { [K in keyof T]: T[K] extends Tensor ? Parcel : Parcel | null } =>
    releaseUnused((made) => {
      const entries = Object.entries(tensors).map(([name, tensor]) => [name, tensor && made(pack(tensor as Tensor))]);
      return Object.fromEntries(entries) as never;
    });
  const unpack = (call: Call<Parcel>): Call => ({
    ...call,
    query: call.query.inside,
    key: call.key.inside,
    value: call.value.inside,
    // tables and sinks of these tests are plain
    tables: call.tables as Call["tables"],
    sinks: call.sinks as Tensor | null,
  });
  const opened = (forward: Forward<Parcel>): Forward =>
    Object.fromEntries(Object.entries(forward).map(([name, parcel]) => [name, parcel && parcel.inside])) as never;
  return {
    live,
    name: "small",
    blockSize: { query: 8, key: 8 },
    compile(plan) {
      const kernel = referenceBackend.compile(plan);
      return {
        forward: (call) => packAll(kernel.forward(unpack(call))),
        backward(call, forward, outputGradient) {
          const { query, key, value, ...rest } = kernel.backward(unpack(call), opened(forward), outputGradient.inside);
          return { ...packAll({ query, key, value }), ...rest };
        },
        dispose: () => kernel.dispose(),
      };
    },
    place: pack,
    allocate: (shape, dtype) => pack(zeros(shape, dtype)),
    read: ({ inside }) => Promise.resolve(inside),
    concatenateKeys: (parts) => pack(referenceBackend.concatenateKeys(parts.map(({ inside }) => inside))),
    sliceKeys: ({ inside }, from, to) => pack(referenceBackend.sliceKeys(inside, from, to)),
    dispose: () => {},
  };
}

const given = (inside: Tensor): Parcel => ({
  dtype: inside.dtype,
  shape: inside.shape,
  inside,
  dispose: () => expect.fail("what the caller brought was disposed of"),
});
const { query, key, value } = randomOperands(1, { queries: 6, keys: 6 });
const past = randomOperands(2, { queries: 6, keys: 4 });
const upstream = attention(query, key, value).output;
const options = { mask: causal(), past: { key: given(past.key), value: given(past.value) } };

/** Runs with more and more room until there is enough: what is left each time. */
function leftovers(run: (backend: Backend<Parcel>) => object): number[] {
  const left: number[] = [];
  for (let room = 0; room < 40; room++) {
    const backend = createSmallBackend(room);
    try {
      run(backend);
      return [...left, backend.live.size];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      left.push(backend.live.size);
    }
  }
  return left;
}

test("attention leaves what it gives and nothing else, wherever memory runs out on the way", () => {
  const [q, k, v] = [query, key, value].map(given);
  // the joined past, then output, maximum and total
  expect(leftovers((backend) => attention(q, k, v, { ...options, backend }))).toEqual([0, 0, 0, 0, 0, 1]);
  const returns = { logSumExp: true, rowTotal: true };
  expect(leftovers((backend) => attention(q, k, v, { backend, returns })).at(-1)).toBe(3);
});

test("so do gradients, with a past and without", () => {
  const [q, k, v, g] = [query, key, value, upstream].map(given);
  const without = leftovers((backend) => attentionGradients(q, k, v, g, { backend }));
  expect(without).toEqual([...new Array<number>(6).fill(0), 4]);
  const withPast = leftovers((backend) => attentionGradients(q, k, v, g, { ...options, backend }));
  expect(withPast).toEqual([...new Array<number>(12).fill(0), 6]);
});

test("a wrong gradient is refused with nothing left", () => {
  const [q, k, v] = [query, key, value].map(given);
  const backend = createSmallBackend(40);
  expect(() => attentionGradients(q, k, v, v, { ...options, backend })).toThrow("expected outputGradient");
  expect(backend.live.size).toBe(0);
});
