import { OperationError, type BlockOperations } from "@fovea/block-operations";
import { rotaryTables } from "@fovea/embedding";
import { trace } from "@fovea/program";
import { DTypeError, ShapeError, tensor, zeros, type Tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { normal, type OperationSuite } from "./operation-suite.ts";

type Place = OperationSuite["place"];
type ErrorType = new (message: string) => Error;

const x = normal(31, [2, 4]);
const ints: Tensor = zeros([2, 4], "int32");

const refused: readonly (readonly [
  what: string,
  call: (operations: BlockOperations, place: Place) => unknown,
  type: ErrorType,
])[] = [
  ["linear: rows of another length than the matrix", (o, at) => o.linear(at(x), at(normal(32, [3, 4]))), ShapeError],
  ["linear: a weight that is no matrix", (o, at) => o.linear(at(x), at(normal(32, [4]))), ShapeError],
  ["linear: ints", (o, at) => o.linear(at(ints), at(normal(32, [4, 3]))), DTypeError],
  [
    "linear: a bias of another length",
    (o, at) => o.linear(at(x), at(normal(32, [4, 3])), { bias: at(normal(33, [4])) }),
    ShapeError,
  ],
  [
    "linear: a residual of another shape",
    (o, at) => o.linear(at(x), at(normal(32, [4, 3])), { residual: at(x) }),
    ShapeError,
  ],
  [
    "linear: an activation that there is not",
    (o, at) => o.linear(at(x), at(normal(32, [4, 3])), { activation: "swish" as "silu" }),
    OperationError,
  ],
  ["prepareWeight: a vector", (o) => o.prepareWeight(normal(32, [4])), ShapeError],
  ["matmul: inner axes that differ", (o, at) => o.matmul(at(x), at(x)), ShapeError],
  [
    "matmul: batches that do not broadcast",
    (o, at) => o.matmul(at(normal(34, [2, 3, 4])), at(normal(35, [3, 4, 5]))),
    Error,
  ],
  ["matmul: a vector", (o, at) => o.matmul(at(x), at(normal(32, [4]))), ShapeError],
  ["layerNorm: a scale of another length", (o, at) => o.layerNorm(at(x), { scale: at(normal(36, [2])) }), ShapeError],
  ["layerNorm: a negative epsilon", (o, at) => o.layerNorm(at(x), { epsilon: -1 }), OperationError],
  ["layerNorm: epsilon NaN", (o, at) => o.layerNorm(at(x), { epsilon: NaN }), OperationError],
  ["layerNorm: a scalar", (o, at) => o.layerNorm(at(tensor(1, { shape: [] }))), ShapeError],
  ["rmsNorm: ints", (o, at) => o.rmsNorm(at(ints)), DTypeError],
  ["rmsNorm: a bias", (o, at) => o.rmsNorm(at(x), { bias: at(normal(36, [4])) } as object), OperationError],
  ["rotary: a matrix", (o, at) => rotate(o, at, at(x)), Error],
  ["rotary: a position beyond the tables", (o, at) => rotate(o, at, at(normal(37, [1, 1, 5, 4]))), Error],
  ["map: a function that there is not", (o, at) => o.map(at(x), "swish" as "silu"), OperationError],
  [
    "map: a program that reads a position",
    (o, at) =>
      o.map(
        at(x),
        trace(({ score, key }) => score.add(key)),
      ),
    OperationError,
  ],
  [
    "map: a program that gives a bool",
    (o, at) =>
      o.map(
        at(x),
        trace(({ score }) => score.less(1)),
      ),
    OperationError,
  ],
  ["add: shapes that do not fit", (o, at) => o.add(at(x), at(normal(38, [2]))), ShapeError],
  ["add: more axes on the right", (o, at) => o.add(at(x), at(normal(38, [1, 2, 4]))), ShapeError],
  ["meanRows: lengths that miss a row", (o, at) => o.meanRows(at(x), [1]), OperationError],
  ["meanRows: a length of 0", (o, at) => o.meanRows(at(x), [2, 0]), OperationError],
  ["meanRows: half a row", (o, at) => o.meanRows(at(x), [0.5, 1.5]), OperationError],
];

const rotate = (operations: BlockOperations, place: Place, vectors: Tensor): Tensor => {
  const { cos, sin } = rotaryTables({ rotaryDim: 4, positions: 4 });
  return operations.rotary(vectors, { cos: place(cos), sin: place(sin) });
};

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

/** Bad input is refused with a typed error before anything is computed. */
export function describeRefusals(suite: OperationSuite): void {
  const { place, expectResult } = suite;
  describe("what cannot be right is refused", () => {
    test.each(refused)("%s", async (_, call, type) => {
      const error = thrownBy(() => call(suite.operations, place));
      expect(error).toBeInstanceOf(type);
      expect((error as Error).message).toMatch(/^[a-zA-Z]+: .+/);
      // and the next call is not disturbed
      await expectResult(
        () => suite.operations.add(place(tensor([1])), place(tensor([2]))),
        tensor(Float64Array.of(3)),
      );
    });
  });
}
