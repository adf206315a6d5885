import { resultType, simplify, usedInputs, verify, type Program } from "@fovea/program";
import { checkIds } from "@fovea/embedding";
import { broadcastShapes, checkShape, DTypeError, ShapeError, type DType, type Tensor } from "@fovea/tensor";
import {
  activations,
  type Activation,
  type LinearOptions,
  type LinearWeight,
  type NormOptions,
  type RowRange,
} from "./block-operations.ts";
import type { Operand } from "./operand.ts";
import { OperationError } from "./operation-error.ts";

/** What every backend's block operations refuse, and the sizes of what they accept. Nothing is computed here. */

const floats: readonly DType[] = ["float32", "float64", "float16", "bfloat16"];

function checkFloats(who: string, name: string, tensor: Operand): void {
  if (!floats.includes(tensor.dtype)) {
    throw new DTypeError(`${who}: expected ${name} to hold floats, got ${tensor.dtype}. Cast it first.`);
  }
}

export interface ProductSizes {
  /** Shape of the result. */
  readonly shape: readonly number[];
  readonly inner: number;
  readonly columns: number;
}

/** @throws {ShapeError | DTypeError | OperationError} */
export function checkLinear(x: Operand, weight: LinearWeight<Operand>, options: LinearOptions<Operand>): ProductSizes {
  const { bias, activation, residual } = options;
  const [inner, columns] = checkLinearWeight("linear", weight);
  checkFloats("linear", "x", x);
  if (x.shape.length === 0 || x.shape[x.shape.length - 1] !== inner) {
    throw new ShapeError(
      `linear: expected x [..., ${inner}] beside a weight [${inner}, ${columns}], got [${x.shape.join(", ")}].`,
    );
  }
  const shape = [...x.shape.slice(0, -1), columns];
  if (bias) {
    checkFloats("linear", "bias", bias);
    checkShape("linear", "bias", bias, [columns]);
  }
  if (residual) {
    checkFloats("linear", "residual", residual);
    checkShape("linear", "residual", residual, shape);
  }
  if (activation !== undefined && activation !== null) checkActivation("linear", activation);
  return { shape, inner, columns };
}

/** @returns rows and columns of the matrix
 *  @throws {ShapeError | DTypeError} */
export function checkLinearWeight(who: string, weight: LinearWeight<Operand>): readonly [number, number] {
  if (!("values" in weight)) {
    checkFloats(who, "weight", weight);
    checkShape(who, "weight", weight, ["in", "out"]);
    return [weight.shape[0], weight.shape[1]];
  }
  const { values, scale } = weight;
  if (values.dtype !== "uint8") {
    throw new DTypeError(`${who}: expected weight.values to hold uint8, got ${values.dtype}. Use quantizeWeight.`);
  }
  const { out } = checkShape(who, "weight.values", values, ["in", "out"]);
  checkFloats(who, "weight.scale", scale);
  checkShape(who, "weight.scale", scale, [out]);
  return [values.shape[0], out];
}

function checkActivation(who: string, name: string): asserts name is Activation {
  if ((activations as readonly string[]).includes(name)) return;
  throw new OperationError(`${who}: expected an activation among ${activations.join(", ")}, got "${name}".`);
}

export interface MatmulSizes extends ProductSizes {
  /** Broadcast leading axes. */
  readonly batch: readonly number[];
  readonly rows: number;
}

/** @param a, b as they are multiplied: already transposed
 *  @throws {ShapeError | DTypeError} */
export function checkMatmul(a: Operand, b: Operand): MatmulSizes {
  checkFloats("matmul", "a", a);
  checkFloats("matmul", "b", b);
  const [rows, inner] = a.shape.slice(-2);
  const [depth, columns] = b.shape.slice(-2);
  if (a.shape.length < 2 || b.shape.length < 2 || inner !== depth) {
    throw new ShapeError(
      `matmul: expected [..., rows, inner] and [..., inner, columns] after transposing, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}].`,
    );
  }
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { batch, shape: [...batch, rows, columns], rows, inner, columns };
}

/** @throws {ShapeError | DTypeError | OperationError} */
export function checkNorm(who: "layerNorm" | "rmsNorm", x: Operand, options: NormOptions<Operand>): void {
  const { scale, bias, epsilon = 1e-5 } = options;
  checkFloats(who, "x", x);
  if (x.shape.length === 0) throw new ShapeError(`${who}: expected x [..., columns], got a scalar.`);
  for (const [name, parameter] of Object.entries({ scale, bias })) {
    if (!parameter) continue;
    checkFloats(who, name, parameter);
    checkShape(who, name, parameter, [x.shape[x.shape.length - 1]]);
  }
  if (bias && who === "rmsNorm") throw new OperationError("rmsNorm: there is no bias. Use layerNorm, or add it.");
  if (!(epsilon >= 0)) throw new OperationError(`${who}: expected epsilon of 0 or more, got ${epsilon}.`);
}

/** @throws {ShapeError | DTypeError} */
export function checkElementwise(who: "add" | "multiply", a: Operand, b: Operand): void {
  checkFloats(who, "a", a);
  checkFloats(who, "b", b);
  const last = a.shape.slice(Math.max(0, a.shape.length - b.shape.length));
  if (b.shape.length > a.shape.length || last.some((length, axis) => length !== b.shape[axis])) {
    throw new ShapeError(
      `${who}: expected b in the shape of a or of its last axes, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}].`,
    );
  }
}

/** @throws {ShapeError | DTypeError | OperationError} */
export function checkMeanRows(
  x: Operand,
  lengths: readonly number[],
): { readonly rows: number; readonly columns: number } {
  checkFloats("meanRows", "x", x);
  const columns = x.shape.at(-1);
  if (columns === undefined) throw new ShapeError("meanRows: expected x [..., columns], got a scalar.");
  const wrong = lengths.findIndex((length) => !Number.isInteger(length) || length < 1);
  if (wrong >= 0) {
    throw new OperationError(
      `meanRows: expected lengths to be whole numbers of at least 1, got ${String(lengths[wrong])} at ${wrong}.`,
    );
  }
  const rows = x.shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (rows !== total) {
    throw new OperationError(
      `meanRows: expected lengths that add up to the ${rows} rows of x [${x.shape.join(", ")}], got ${total} in all.`,
    );
  }
  return { rows, columns };
}

/** @returns the ids as numbers, row-major
 *  @throws {ShapeError | DTypeError | EmbeddingError} */
export function checkGather(table: Operand, ids: Tensor): ArrayLike<number> {
  checkFloats("gatherRows", "table", table);
  checkShape("gatherRows", "table", table, ["rows", "columns"]);
  return checkIds("gatherRows", ids, table.shape[0]);
}

/** @throws {ShapeError | DTypeError} */
export function checkCopy(source: Operand, target: Operand): void {
  checkShape("copyRows", "source", source, target.shape);
  if (target.dtype === source.dtype) return;
  checkFloats("copyRows", "source", source);
  checkFloats("copyRows", "target", target);
}

/** @throws {ShapeError | DTypeError} */
export function checkQuantize(x: Operand): void {
  if (!x.scales) checkFloats("quantizeRows", "x", x);
  if (x.shape.length === 0) throw new ShapeError("quantizeRows: expected x [..., columns], got a scalar.");
}

/** @throws {ShapeError | OperationError} */
export function checkRows(x: Operand, { start, end }: RowRange): void {
  const rows = x.shape[2];
  if (rows === undefined) {
    throw new ShapeError(`rowsOf: expected x [batch, heads, rows, …], got [${x.shape.join(", ")}].`);
  }
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= rows) return;
  throw new OperationError(`rowsOf: expected a range within the ${rows} rows of x, got ${start} to ${end}.`);
}

/** The simplified program of a map.
 *  @throws {OperationError | ProgramError | DTypeError} */
export function checkMap(x: Operand, rule: Activation | Program): Activation | Program {
  checkFloats("map", "x", x);
  if (typeof rule === "string") {
    checkActivation("map", rule);
    return rule;
  }
  verify(rule);
  const program = simplify(rule);
  const others = [...usedInputs(program)].filter((input) => input !== "score");
  if (others.length > 0 || program.tables.length > 0 || resultType(program) !== "float") {
    throw new OperationError(
      `map: expected a program that makes a float of score alone, got one that ${
        others.length > 0
          ? `reads ${others.join(", ")}`
          : program.tables.length > 0
            ? "reads tables"
            : `gives ${resultType(program)}`
      }.`,
    );
  }
  return program;
}

/** @throws {DTypeError} */
export function checkRotary(x: Operand): void {
  checkFloats("rotary", "x", x);
}
