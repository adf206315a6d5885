import { createWasmBackend } from "@fovea/backend-wasm";
import { allClose, cast, matmul, randomGenerator } from "@fovea/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromTf, normals, toTf } from "../testing/convert.ts";
import { useBackend } from "../testing/use-backend.ts";
import { installFastProducts, uninstallFastProducts } from "./install-fast-products.ts";

useBackend("wasm");
const backend = createWasmBackend({ threads: 1 });
const counted = { calls: 0 };
const { scope } = backend.operations;
const counting = {
  ...backend,
  upload: backend.upload.bind(backend),
  operations: {
    ...backend.operations,
    scope: <R>(body: () => R): R => {
      counted.calls += 1;
      return scope(body);
    },
  },
};
beforeAll(() => installFastProducts({ backend: counting }));
afterAll(() => {
  uninstallFastProducts();
  backend.dispose();
});

const normal = normals(7);
const transpositions = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** What TensorFlow.js gives by its own kernels. */
function byTensorFlow<R>(run: () => R): R {
  uninstallFastProducts();
  try {
    return run();
  } finally {
    installFastProducts({ backend: counting });
  }
}

function expectSame(actual: tf.Tensor, expected: tf.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  // float32 sums of up to 200 products of about 1, in another order, times slopes of up to 4
  const result = allClose(fromTf(actual), fromTf(expected), { absolute: 5e-5, relative: 1e-5 });
  expect(result).toMatchObject({ pass: true });
}

const swap = (shape: readonly number[], swapped: boolean): number[] =>
  swapped ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];

test.each([
  [
    [40, 33],
    [33, 41],
  ],
  [
    [1, 300],
    [300, 90],
  ],
  [
    [3, 40, 33],
    [3, 33, 17],
  ],
  [
    [3, 40, 33],
    [33, 17],
  ],
  [
    [40, 33],
    [4, 33, 17],
  ],
  [
    [1, 40, 33],
    [4, 33, 17],
  ],
  [
    [2, 3, 24, 33],
    [2, 3, 33, 29],
  ],
  [
    [2, 3, 24, 33],
    [3, 33, 29],
  ],
  [
    [2, 1, 24, 33],
    [2, 1, 33, 29],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [0, 4],
    [4, 5],
  ],
  [
    [2, 0, 4],
    [2, 4, 5],
  ],
])("%j times %j is what TensorFlow.js makes of it, transposed or not", (left, right) => {
  for (const [transposeA, transposeB] of transpositions) {
    const [a, b] = [toTf(normal(swap(left, transposeA))), toTf(normal(swap(right, transposeB)))];
    const product = (): tf.Tensor => tf.matMul(a, b, transposeA, transposeB);
    expectSame(product(), byTensorFlow(product));
    tf.dispose([a, b]);
  }
});

test("products of random shapes agree with TensorFlow.js, and most of them run here", () => {
  const random = randomGenerator(11);
  const below = (most: number): number => Math.floor(random.next() * most);
  const before = counted.calls;
  for (let round = 0; round < 60; round++) {
    const [transposeA, transposeB] = [below(2) === 1, below(2) === 1];
    const [rows, inner, columns] = [1 + below(70), 1 + below(70), 1 + below(70)];
    const leading = Array.from({ length: below(3) }, () => 1 + below(3));
    const a = toTf(normal(swap([...leading, rows, inner], transposeA)));
    const b = toTf(normal(swap([...(below(2) ? leading : []), inner, columns], transposeB)));
    const product = (): tf.Tensor => tf.matMul(a, b, transposeA, transposeB);
    expectSame(product(), byTensorFlow(product));
    tf.dispose([a, b]);
  }
  expect(counted.calls - before).toBeGreaterThan(20);
});

test("batches that cross, which TensorFlow.js mixes up, are right", () => {
  for (const [left, right] of [
    [
      [2, 1, 3, 4],
      [1, 3, 4, 5],
    ],
    [
      [2, 1, 24, 33],
      [2, 3, 33, 29],
    ],
  ] as const) {
    const [a, b] = [normal(left), normal(right)];
    const [ta, tb] = [toTf(a), toTf(b)];
    const result = allClose(fromTf(tf.matMul(ta, tb)), matmul(a, b), { absolute: 2e-5, relative: 1e-5 });
    expect(result).toMatchObject({ pass: true });
    tf.dispose([ta, tb]);
  }
});

test.each(["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const)(
  "a fused product with bias and %s is what TensorFlow.js makes of its parts",
  (activation) => {
    const slope = 0.3;
    const activate: Record<typeof activation, (x: tf.Tensor, slopes: tf.Tensor) => tf.Tensor> = {
      linear: (x) => x,
      relu: tf.relu,
      relu6: tf.relu6,
      elu: tf.elu,
      sigmoid: tf.sigmoid,
      leakyrelu: (x) => tf.leakyRelu(x, slope),
      prelu: (x, slopes) => tf.relu(x).sub(tf.relu(x.neg()).mul(slopes)),
    };
    for (const [left, right] of [
      [
        [5, 40, 33],
        [1, 33, 17],
      ],
      [
        [5, 40, 33],
        [5, 33, 17],
      ],
      [
        [128, 200],
        [200, 170],
      ],
      [
        [3, 4],
        [4, 5],
      ],
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
    ] as const) {
      for (const [transposeA, transposeB] of transpositions) {
        const [a, b] = [
          toTf<tf.Tensor3D>(normal(swap(left, transposeA))),
          toTf<tf.Tensor3D>(normal(swap(right, transposeB))),
        ];
        const bias = toTf(normal([right.at(-1)!]));
        const preluActivationWeights = toTf(normal([right.at(-1)!]));
        const slopes = { leakyreluAlpha: slope, preluActivationWeights };
        const fused = tf.fused.matMul({ a, b, bias, activation, transposeA, transposeB, ...slopes });
        const parts = (): tf.Tensor =>
          tf.tidy(() =>
            activate[activation](tf.matMul(a, b, transposeA, transposeB).add(bias), preluActivationWeights),
          );
        expectSame(fused, byTensorFlow(parts));
        tf.dispose([a, b, bias, preluActivationWeights]);
      }
    }
  },
);

test("prelu with a slope of its own for each number runs here, and leaves no memory behind", () => {
  const [a, b] = [toTf<tf.Tensor2D>(normal([128, 200])), toTf<tf.Tensor2D>(normal([200, 170]))];
  const preluActivationWeights = toTf(normal([128, 170]));
  const [calls, buffers] = [counted.calls, tf.engine().backend.numDataIds()];
  const fused = (): tf.Tensor => tf.fused.matMul({ a, b, activation: "prelu", preluActivationWeights });
  const actual = fused();
  expect([counted.calls, tf.engine().backend.numDataIds()]).toEqual([calls + 1, buffers + 1]);
  expectSame(actual, byTensorFlow(fused));
  tf.dispose([a, b, preluActivationWeights]);
});

test("slopes of prelu for a row, a column or a matrix are taken for what they are, in small products too", () => {
  const buffers = tf.engine().backend.numDataIds();
  for (const shape of [
    [2, 3, 4],
    [1, 40, 50],
    [3, 40, 41],
  ]) {
    const [matrices, rows, columns] = shape;
    const a = toTf<tf.Tensor3D>(normal([matrices, rows, 30]));
    const b = toTf<tf.Tensor3D>(normal([1, 30, columns]));
    for (const own of [
      [rows, 1],
      [1, columns],
      [columns],
      [1],
      [1, rows, 1],
      [matrices, 1, 1],
      [matrices, 1, columns],
      shape,
    ]) {
      const slopes = normal(own);
      const preluActivationWeights = toTf(slopes);
      const product = fromTf(tf.matMul(a, b));
      const found = fromTf(tf.fused.matMul({ a, b, activation: "prelu", preluActivationWeights }));
      // numbers below 0 by their slope, index by index
      const lengths = [1, 1, 1, ...own].slice(-3);
      const expected = Array.from(product.data as Float32Array, (number, index) => {
        const at = [Math.floor(index / rows / columns), Math.floor(index / columns) % rows, index % columns];
        const slope = at.reduce(
          (position, each, axis) => position * lengths[axis] + (lengths[axis] === 1 ? 0 : each),
          0,
        );
        return number < 0 ? number * (slopes.data as Float32Array)[slope] : number;
      });
      const result = allClose(
        found,
        { ...product, data: Float32Array.from(expected) },
        { absolute: 1e-4, relative: 1e-5 },
      );
      expect(result).toMatchObject({ pass: true });
      preluActivationWeights.dispose();
    }
    tf.dispose([a, b]);
  }
  expect(tf.engine().backend.numDataIds()).toBe(buffers);
});

test("sums of nothing are 0, and the bias", () => {
  const [a, b, bias] = [tf.zeros<tf.Rank.R2>([3, 0]), tf.zeros<tf.Rank.R2>([0, 2]), tf.tensor1d([7, 8])];
  const results = tf.tidy(() => [tf.matMul(a, b), tf.fused.matMul({ a, b, bias })].map((t) => t.arraySync()));
  expect(results).toEqual([
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    [
      [7, 8],
      [7, 8],
      [7, 8],
    ],
  ]);
  tf.dispose([a, b, bias]);
});

test("NaN and infinity stay what they are", () => {
  const a = tf.tensor2d(
    Array.from({ length: 40 * 40 }, (_, i) => (i === 0 ? Number.NaN : i === 45 ? Infinity : 1)),
    [40, 40],
  );
  const b = tf.ones([40, 40]);
  const result = tf.tidy(() =>
    tf.fused.matMul({ a, b, transposeB: true, activation: "relu" }).arraySync(),
  ) as number[][];
  expect([result[0][0], result[1][0], result[2][0]]).toEqual([Number.NaN, Infinity, 40]);
  tf.dispose([a, b]);
});

test("gradients of a dense layer agree with TensorFlow.js and run here", () => {
  const [x, weight, bias] = [normal([64, 40]), normal([40, 50]), normal([50])].map((t) => toTf(t));
  const loss = (w: tf.Tensor, c: tf.Tensor): tf.Tensor =>
    tf.fused
      .matMul({ a: x as tf.Tensor2D, b: w as tf.Tensor2D, bias: c, activation: "relu" })
      .square()
      .mean();
  const gradients = (): tf.Tensor[] => tf.tidy(() => tf.grads(loss)([weight, bias]));
  const before = counted.calls;
  const actual = gradients();
  expect(counted.calls).toBeGreaterThan(before);
  const expected = byTensorFlow(gradients);
  for (const [index, gradient] of actual.entries()) expectSame(gradient, expected[index]);
  tf.dispose([x, weight, bias]);
});

test.each(transpositions)("large matrices of a batch go one by one (transposed %s, %s)", (transposeA, transposeB) => {
  const [left, right] = [normal(swap([3, 310, 300], transposeA)), normal(swap([3, 300, 290], transposeB))];
  const [a, b] = [toTf(left), toTf(right)];
  const before = counted.calls;
  const product = tf.matMul(a, b, transposeA, transposeB);
  expect(counted.calls - before).toBe(3);
  const expected = matmul(cast(left, "float64"), cast(right, "float64"), { transposeA, transposeB });
  expect(allClose(fromTf(product), expected, { absolute: 5e-5, relative: 1e-5 })).toMatchObject({ pass: true });
  tf.dispose([a, b, product]);
});

test("weights that change in place are never stale", () => {
  const x = toTf(normal([40, 40]));
  const start = toTf(normal([40, 40]));
  const weight = tf.variable(start, true);
  for (let step = 0; step < 3; step++) {
    const product = (): tf.Tensor => tf.matMul(x, weight, true, false);
    expectSame(product(), byTensorFlow(product));
    tf.tidy(() => weight.assign(weight.mul(-2)));
  }
  tf.dispose([x, start, weight]);
});

test("small products, other dtypes and what does not fit stay with TensorFlow.js", () => {
  const before = counted.calls;
  const [a, b] = [tf.ones([2, 3]), tf.ones([4, 5])];
  expect(() => tf.matMul(a, b)).toThrow(/inner shapes \(3\) and \(4\)/);
  tf.matMul(a, a, true).dispose();
  const large = tf.ones([64, 64], "int32");
  expect(() => tf.matMul(large, large, true)).toThrow("float32");
  const [three, two] = [tf.ones([3, 40, 40]), tf.ones([2, 40, 40])];
  expect(() => tf.matMul(three, two)).toThrow("broadcast");
  expect(counted.calls).toBe(before);
  tf.dispose([a, b, large, three, two]);
});

test("a thousand steps leave no tensor behind, and no memory", () => {
  const [x, weight, bias] = [toTf(normal([32, 32])), toTf(normal([32, 32])), toTf(normal([32]))];
  const step = (): void =>
    tf.tidy(() => {
      const gradients = tf.grads((w: tf.Tensor, c: tf.Tensor) =>
        tf.fused.matMul({ a: x as tf.Tensor2D, b: w as tf.Tensor2D, transposeB: true, bias: c, activation: "elu" }),
      )([weight, bias]);
      tf.fused.matMul({ a: x as tf.Tensor2D, b: gradients[0] as tf.Tensor2D, transposeA: true, activation: "relu6" });
    });
  step();
  const [tensors, used, taken] = [tf.memory().numTensors, backend.bytesInUse, backend.bytes];
  const buffers = tf.engine().backend.numDataIds();
  const before = counted.calls;
  for (let count = 0; count < 1000; count++) step();
  expect(counted.calls - before).toBeGreaterThanOrEqual(3000);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(tf.engine().backend.numDataIds()).toBe(buffers);
  expect([backend.bytesInUse, backend.bytes]).toEqual([used, taken]);
  tf.dispose([x, weight, bias]);
});
