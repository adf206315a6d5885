import { quantizeWeight, type Activation } from "@fovea/block-operations";
import { readValues, slice, tensor, transpose, type Tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { activate } from "./activate.ts";
import { fill, matrixOf, product, rowwise } from "./judge.ts";
import { normal, type OperationSuite } from "./operation-suite.ts";

/** Around every size at which kernels change their way: single rows, tiles and panels, one more and one less, nothing. */
const sizes = [
  [1, 1, 1],
  [3, 7, 250],
  [7, 37, 1],
  [13, 64, 40],
  [97, 129, 33],
  [20, 0, 17],
  [0, 5, 3],
] as const;

const plus = (x: Tensor, value: (row: number, column: number) => number): Tensor => {
  const rows = matrixOf(x);
  return rowwise(x, rows.columns, (row, column) => rows.at(row, column) + value(row, column));
};

const row = (t: Tensor): Tensor => tensor(Float64Array.from(readValues(t)), { shape: [1, t.shape[0]] });

/** `linear` and `matmul`. */
export function describeProducts(suite: OperationSuite): void {
  const { place, expectResult } = suite;
  describe("linear", () => {
    test.each(sizes)("%i rows of %i times a matrix with %i columns", async (rows, inner, columns) => {
      const x = normal(1, [rows, inner]);
      const weight = normal(2, [inner, columns], 1 / Math.sqrt(Math.max(inner, 1)));
      await expectResult(() => suite.operations.linear(place(x), place(weight)), product(x, weight));
    });

    test.each<Activation | null>([null, "relu", "gelu", "geluTanh", "silu", "tanh", "sigmoid"])(
      "bias, then activation %s, then the residual",
      async (activation) => {
        const [x, weight, bias, residual] = [
          normal(3, [2, 5, 9]),
          normal(4, [9, 7], 0.3),
          normal(5, [7]),
          normal(6, [2, 5, 7]),
        ];
        const [biases, residuals] = [readValues(bias), matrixOf(residual)];
        const sums = plus(product(x, weight), (_, column) => biases[column]);
        const active = matrixOf(sums);
        const expected = rowwise(sums, 7, (row, column) => {
          const sum = active.at(row, column);
          return (activation ? activate[activation](sum) : sum) + residuals.at(row, column);
        });
        await expectResult(
          () =>
            suite.operations.linear(place(x), place(weight), {
              bias: place(bias),
              activation,
              residual: place(residual),
            }),
          expected,
        );
      },
    );

    test("one row without leading axes, weights as PyTorch lays them, and halves of 16 bits", async () => {
      const [x, turned] = [normal(7, [6]), normal(8, [5, 6])];
      const expected = product(row(x), transpose(turned));
      await expectResult(
        () => suite.operations.linear(place(x), place(transpose(turned))),
        tensor(Float64Array.from(readValues(expected)), { shape: [5] }),
      );
      const half = tensor(Float32Array.of(1.5, -2, 0.25, 4, -0.5, 8), { shape: [2, 3], dtype: "float16" });
      await expectResult(
        () => suite.operations.linear(place(normal(9, [4, 2])), place(half)),
        product(normal(9, [4, 2]), half),
      );
    });

    test("views: every second row, turned axes, a part of a larger tensor", async () => {
      const x = normal(10, [3, 4, 5]);
      const weight = normal(11, [5, 6], 0.4);
      for (const view of [transpose(x, [1, 0, 2]), slice(x, [1]), slice(x, [null, [1, 3]])]) {
        await expectResult(() => suite.operations.linear(place(view), place(weight)), product(view, weight));
      }
    });

    test("a quantized weight multiplies as the numbers that it stands for", async () => {
      const [x, weight] = [normal(12, [14, 33]), quantizeWeight(normal(13, [33, 21]))];
      const [values, scale] = [readValues(weight.values), readValues(weight.scale)];
      const standsFor = fill([33, 21], (index) => (values[index] - 128) * scale[index % 21]);
      await expectResult(() => suite.operations.linear(place(x), weight), product(x, standsFor), 8);
    });

    test("a prepared weight is read as it was then, until it is released", async () => {
      const weight = tensor([[2], [3]]);
      const x = tensor([[10, 1]]);
      const value = async (): Promise<number> =>
        readValues(await suite.read(suite.operations.linear(place(x), weight)))[0];
      const prepared = suite.operations.prepareWeight(weight);
      expect(await value()).toBe(23);
      prepared.dispose();
      weight.data[0] = 7;
      expect(await value()).toBe(73);
    });

    test("NaN and Infinity stay in their own row", async () => {
      const x = tensor(
        Float32Array.from({ length: 42 }, (_, index) => (index === 10 ? NaN : index === 31 ? Infinity : 1)),
        { shape: [14, 3] },
      );
      const weight = normal(14, [3, 9]);
      const rows = matrixOf(await suite.read(suite.operations.linear(place(x), place(weight), { activation: "relu" })));
      const kinds = Array.from({ length: 14 }, (_, row) =>
        Array.from({ length: 9 }, (__, column) => rows.at(row, column)).map((value) =>
          Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? "finite" : "Infinity",
        ),
      );
      expect(kinds[3]).toEqual(Array(9).fill("NaN"));
      expect(kinds[10].includes("Infinity")).toBe(true);
      expect(kinds.filter((_, row) => row !== 3 && row !== 10).flat()).toEqual(Array(12 * 9).fill("finite"));
    });
  });

  describe("matmul", () => {
    test("batches, one broadcast over the other", async () => {
      const [a, b] = [normal(15, [2, 3, 7, 11]), normal(16, [3, 11, 10])];
      const parts = [0, 1].flatMap((i) => [0, 1, 2].map((j) => product(slice(a, [i, j]), slice(b, [j]))));
      const expected = fill([2, 3, 7, 10], (index) => readValues(parts[Math.floor(index / 70)])[index % 70]);
      await expectResult(() => suite.operations.matmul(place(a), place(b)), expected);
    });

    test.each([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ])("operands transposed by their options: %s, %s", async (transposeA, transposeB) => {
      const [a, b] = [normal(17, [9, 6]), normal(18, [6, 5])];
      await expectResult(
        () =>
          suite.operations.matmul(place(transposeA ? transpose(a) : a), place(transposeB ? transpose(b) : b), {
            transposeA,
            transposeB,
          }),
        product(a, b),
      );
    });

    test("a sum over nothing is 0", async () => {
      await expectResult(
        () => suite.operations.matmul(place(normal(19, [2, 0])), place(normal(20, [0, 3]))),
        fill([2, 3], () => 0),
      );
    });
  });
}
