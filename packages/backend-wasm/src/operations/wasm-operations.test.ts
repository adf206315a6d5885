import { quantizeWeight, type BlockOperations } from "@fovea/block-operations";
import { referenceBackend } from "@fovea/dot-product-attention";
import { rotaryTables } from "@fovea/embedding";
import { trace } from "@fovea/program";
import { randomGenerator, readValues, slice, tensor, transpose, type Tensor } from "@fovea/tensor";
import { afterAll, expect, test } from "vitest";
import { canReachHighMemory, highBackend } from "../testing/high-memory.ts";
import { createWasmBackend } from "../wasm-backend.ts";

const reference = referenceBackend.operations as BlockOperations;
const backends = [
  ["relaxed SIMD where there is one", createWasmBackend({ threads: 1 })],
  ["plain SIMD", createWasmBackend({ threads: 1, relaxedSimd: false })],
  ...(canReachHighMemory ? [["beyond 2 GiB", highBackend({ threads: 1 })] as const] : []),
] as const;
afterAll(() => backends.forEach(([, backend]) => backend.dispose()));

const random = randomGenerator(7);
const normal = (shape: readonly number[], standardDeviation = 1): Tensor => random.normal(shape, { standardDeviation });

/** Largest difference, as a part of the largest number expected. */
function difference(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [readValues(actual), readValues(expected)];
  let largest = 1e-30;
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]));
    const apart = Math.abs(a[i] - b[i]);
    if (!(apart <= worst)) worst = apart;
  }
  return worst / largest;
}

const normal9 = normal([9, 5]);
const normal12 = normal([37, 12]);

type Compute = (operations: BlockOperations, place: (tensor: Tensor) => Tensor) => Tensor;

/** Holds every backend against the reference, with operands outside its memory and inside, where nothing may be left behind. */
function expectAgreement(compute: Compute, tolerance = 2e-6): void {
  const expected = compute(reference, (t) => t);
  for (const [, backend] of backends) {
    const { operations } = backend;
    expect(
      difference(
        compute(operations, (t) => t),
        expected,
      ),
    ).toBeLessThan(tolerance);
    const before = backend.bytesInUse;
    const inside = operations.scope(() => {
      const result = compute(operations, backend.place);
      return tensor(readValues(result).slice(), { shape: result.shape });
    });
    expect(difference(inside, expected)).toBeLessThan(tolerance);
    expect(backend.bytesInUse).toBe(before);
  }
}

test.each([
  [1, 1, 1],
  [3, 7, 250],
  [7, 37, 1],
  [37, 250, 7],
  [5, 3, 193],
  [97, 513, 37],
  [250, 64, 200],
  [4, 2101, 17],
  [9, 2101, 17],
  [13, 37, 40],
  [14, 600, 20],
  [15, 37, 7],
  [16, 1100, 24],
  [17, 37, 17],
  [18, 513, 8],
  [1921, 3, 11],
  [20, 0, 17],
  [4, 0, 17],
  [0, 5, 3],
])(
  "linear: %i rows of %i times a matrix with %i columns, with everything that goes with it",
  (rows, inner, columns) => {
    const x = normal([rows, inner]);
    const weight = normal([inner, columns], 1 / Math.sqrt(Math.max(inner, 1)));
    const bias = normal([columns]);
    const residual = normal([rows, columns]);
    expectAgreement((operations, place) => operations.linear(place(x), weight));
    expectAgreement((operations, place) =>
      operations.linear(place(x), weight, { bias, activation: "silu", residual: place(residual) }),
    );
    expectAgreement((operations, place) =>
      operations.linear(place(x), weight, { bias, activation: "relu", residual: place(residual) }),
    );
    expectAgreement((operations, place) => operations.linear(place(x), weight, { bias, residual: place(residual) }));
    expectAgreement((operations, place) => operations.linear(place(x), quantizeWeight(weight), { bias }));
    expectAgreement((operations, place) =>
      operations.linear(place(x), quantizeWeight(weight), { activation: "relu", residual: place(residual) }),
    );
  },
);

test("linear with relu: NaN stays NaN, in its own row alone", () => {
  const x = tensor(
    Float32Array.from({ length: 14 * 3 }, (_, i) => (i === 10 ? NaN : 1 - i)),
    { shape: [14, 3] },
  );
  for (const columns of [8, 11]) {
    for (const [, { operations }] of backends) {
      const values = readValues(operations.linear(x, normal([3, columns]), { activation: "relu" }));
      const rows = Array.from({ length: 14 }, (_, row) => values.slice(row * columns, (row + 1) * columns));
      expect(rows.map((row) => row.every(Number.isNaN))).toEqual(rows.map((_, row) => row === 3));
      expect(Array.from(values).filter((number) => number < 0)).toEqual([]);
    }
  }
});

test("linear: weights the other way round, views, other dtypes and leading axes", () => {
  const turned = transpose(normal([13, 37]));
  const x = normal([2, 3, 5, 37]);
  expectAgreement((operations, place) => operations.linear(transpose(place(x), [1, 0, 2, 3]), turned));
  expectAgreement((operations, place) =>
    operations.linear(transpose(place(x), [0, 2, 1, 3]), transpose(place(transpose(turned)))),
  );
  expectAgreement((operations, place) => operations.linear(slice(place(x), [1, 2, 4]), turned));
  const half = random.normal([37, 9], { dtype: "float16" });
  expectAgreement((operations, place) => operations.linear(place(x), half));
  expectAgreement((operations, place) => operations.linear(place(half), normal9), 2e-6);
});

test("linear: a prepared weight is read as it was then, until it is let go of", () => {
  for (const [, { operations }] of backends) {
    const weight = tensor([[2], [3]]);
    const x = tensor([[10, 1]]);
    const prepared = operations.prepareWeight(weight);
    weight.data[0] = 5;
    expect(readValues(operations.linear(x, weight))[0]).toBe(23);
    operations.prepareWeight(weight);
    expect(readValues(operations.linear(x, weight))[0]).toBe(53);
    prepared.dispose();
    weight.data[0] = 7;
    expect(readValues(operations.linear(x, weight))[0]).toBe(53);
    operations.prepareWeight(weight).dispose();
    weight.data[0] = 8;
    expect(readValues(operations.linear(x, weight))[0]).toBe(83);
  }
});

test("matmul: batches, broadcasting and transposed operands", () => {
  const a = normal([2, 3, 7, 37]);
  const b = normal([3, 37, 10]);
  expectAgreement((operations, place) => operations.matmul(place(a), place(b)));
  expectAgreement((operations, place) => operations.matmul(place(b), place(normal12), { transposeA: true }));
  expectAgreement((operations, place) => operations.matmul(place(slice(a, [0])), place(slice(b, [[1, 2]]))));
  const both = { transposeA: true, transposeB: true };
  expectAgreement((operations, place) =>
    operations.matmul(place(transpose(a, [0, 1, 3, 2])), place(transpose(b, [0, 2, 1])), both),
  );
});

test.each([1, 3, 7, 37, 250])("layer and RMS normalization of rows of %i", (columns) => {
  const x = normal([2, 5, columns], 3);
  const scale = normal([columns]);
  const bias = normal([columns]);
  expectAgreement((operations, place) => operations.layerNorm(place(x), { scale, bias, epsilon: 1e-3 }));
  expectAgreement((operations, place) => operations.rmsNorm(place(x), { scale }));
  expectAgreement((operations, place) => operations.rmsNorm(transpose(place(x), [1, 0, 2])));
});

test("layer normalization keeps what float32 holds of a row that lies far from 0", () => {
  const x = tensor(
    Float32Array.from({ length: 1000 }, (_, i) => 4096 + (i % 10)),
    { shape: [1, 1000] },
  );
  expectAgreement((operations, place) => operations.layerNorm(place(x)));
});

test.each(["interleaved", "halves"] as const)(
  "rotary, %s: forth and back, with dimensions that pass through",
  (layout) => {
    for (const [headDim, rotaryDim] of [
      [2, 2],
      [10, 6],
      [64, 64],
      [70, 38],
    ] as const) {
      const x = normal([2, 3, 5, headDim]);
      const tables = rotaryTables({ rotaryDim, positions: 40 });
      const positions = tensor(Int32Array.from([3, 1, 4, 1, 5, 9, 2, 6, 5, 35]), { shape: [2, 5] });
      expectAgreement((operations, place) => operations.rotary(place(x), tables, { layout, positions: 7 }));
      expectAgreement((operations, place) =>
        operations.rotary(place(slice(x, [null, null, [2, 3]])), tables, { layout }),
      );
      expectAgreement((operations, place) => operations.rotary(place(x), tables, { layout, positions, inverse: true }));
      expectAgreement((operations, place) =>
        operations.rotary(transpose(place(transpose(x, [0, 2, 1, 3])), [0, 2, 1, 3]), tables, { layout, positions }),
      );
    }
  },
);

test.each(["relu", "gelu", "geluTanh", "silu", "tanh", "sigmoid"] as const)(
  "%s: relative error below 2e-6, and the edges",
  (name) => {
    const x = tensor(Float32Array.from({ length: 2003 }, (_, i) => (i - 1001) / 200));
    const expected = readValues(reference.map(x, name));
    const edges = tensor([Infinity, -Infinity, NaN, 0, 100, -100]);
    for (const [, { operations }] of backends) {
      const actual = readValues(operations.map(x, name));
      for (let i = 0; i < expected.length; i++) {
        expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(2e-6 * Math.abs(expected[i]));
      }
      const limits = readValues(operations.map(edges, name));
      // differences of infinities are NaN: equal limits first
      const wrong = Array.from(readValues(reference.map(edges, name)), (limit, i) =>
        Object.is(limits[i], limit) || Math.abs(limits[i] - limit) < 1e-6 ? null : [i, limits[i], limit],
      );
      expect(wrong.filter((entry) => entry !== null)).toEqual([]);
    }
  },
);

test("map: a program of the number, compiled once for all shapes", () => {
  const program = trace(({ score }) => score.multiply(score).add(1).log());
  const x = normal([3, 250]);
  expectAgreement((operations, place) => operations.map(place(x), program));
  const [[, backend]] = backends;
  const before = backend.compilations;
  for (let n = 1; n < 20; n++) backend.operations.map(normal([n, 20 - n]), program);
  expect(backend.compilations).toBe(before);
});

test("add: the same shape, or the last axes", () => {
  const a = normal([3, 4, 7]);
  for (const b of [normal([3, 4, 7]), normal([4, 7]), normal([7])]) {
    expectAgreement((operations, place) => operations.add(place(a), place(b)));
  }
});

test.each([1, 7, 37, 250])("meanRows: stretches of rows of %i", (columns) => {
  const x = normal([4, 5, columns]);
  expectAgreement((operations, place) => operations.meanRows(place(x), [1, 7, 2, 10]));
  expectAgreement((operations, place) => operations.meanRows(transpose(place(x), [1, 0, 2]), [19, 1]));
  expectAgreement((operations) => operations.meanRows(normal([0, columns]), []));
});

test("a scope frees what was made within it, and keeps what its result holds", () => {
  for (const [, backend] of backends) {
    const { operations } = backend;
    const before = backend.bytesInUse;
    const x = backend.upload(normal([4, 6]));
    const held = backend.bytesInUse;
    const result = operations.scope(() => {
      const doubled = operations.add(x, x);
      const inner = operations.scope(() => ({ list: [transpose(operations.add(doubled, x))], count: 1 }));
      operations.map(doubled, "relu");
      return operations.contiguous(inner.list[0]);
    });
    expect(backend.bytesInUse).toBe(held + (held - before));
    expect(difference(result, transpose(operations.add(operations.add(slice(x, []), x), x)))).toBeLessThan(1e-6);
    (result as Tensor & Disposable)[Symbol.dispose]();
    const kept = operations.scope(() => backend.allocate([3]));
    expect(() =>
      operations.scope(() => {
        operations.add(x, x);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(() => operations.scope(() => Promise.resolve(operations.add(x, x)))).toThrow(/promise/);
    kept.dispose();
    x.dispose();
  }
});

test("what cannot be right is refused before anything is touched", () => {
  const [[, backend]] = backends;
  const { operations } = backend;
  const x = normal([2, 4]);
  const before = [backend.bytesInUse, backend.compilations];
  expect(() => operations.linear(x, normal([3, 4]))).toThrow(/linear: expected x \[\.\.\., 3\]/);
  expect(() => operations.linear(x, normal([4, 3]), { bias: normal([4]) })).toThrow(/bias/);
  expect(() => operations.linear(x, normal([4, 3]), { residual: x })).toThrow(/residual/);
  expect(() => operations.linear(x, tensor(new Int32Array(12), { shape: [4, 3] }))).toThrow(/int32/);
  expect(() => operations.linear(x, normal([4, 3]), { activation: "swish" as "silu" })).toThrow(/swish/);
  expect(() => operations.matmul(x, x)).toThrow(/matmul/);
  expect(() => operations.layerNorm(x, { scale: normal([2]) })).toThrow(/layerNorm/);
  expect(() => operations.add(x, normal([2]))).toThrow(/add/);
  expect(() => operations.meanRows(x, [1, 2])).toThrow(/the 2 rows of x \[2, 4\], got 3/);
  expect(() => operations.meanRows(x, [2, 0])).toThrow(/got 0 at 1/);
  expect(() =>
    operations.map(
      x,
      trace(({ score, key }) => score.add(key)),
    ),
  ).toThrow(/reads key/);
  expect(() => operations.rotary(x, rotaryTables({ rotaryDim: 4, positions: 4 }))).toThrow(/rotary/);
  expect([backend.bytesInUse, backend.compilations]).toEqual(before);
});
