import type { Operand } from "@fovea/block-operations";
import { DTypeError, ShapeError } from "@fovea/tensor";
import type { DType } from "@fovea/tensor";
import { AttentionError } from "../attention-error.ts";
import { keyTypes, queryTypes } from "../plan.ts";

/** Batch elements times heads at most. Some of what a call keeps is per batch element and per head, whether or not there are tokens. */
const mostLayers = 2 ** 24;

/** The sizes of one call. */
export interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
}

/** Checks that query, key and value belong together.
 *  @throws {ShapeError | DTypeError | AttentionError} */
export function checkOperands(who: string, query: Operand, key: Operand, value: Operand): Sizes {
  const [batch, heads, queries, headDim] = checkOperand(who, "query", query, ["batch", "heads", "queries", "headDim"]);
  const axes = ["batch", "keyHeads", "keys"];
  const [keyBatch, keyHeads, keys, keyDim] = checkOperand(who, "key", key, [...axes, "headDim"], keyTypes);
  const [valueBatch, valueHeads, values, valueDim] = checkOperand(who, "value", value, [...axes, "valueDim"], keyTypes);
  same(who, "batch", { query: batch, key: keyBatch, value: valueBatch }, "Repeat or slice the shorter one.");
  same(who, "headDim", { query: headDim, key: keyDim }, "Project both to the same size.");
  same(who, "keyHeads", { key: keyHeads, value: valueHeads }, "Every key head needs its value head.");
  same(who, "keys", { key: keys, value: values }, "Every key needs its value.");
  for (const [name, size] of Object.entries({ heads, keyHeads, headDim, valueDim })) {
    if (size === 0) throw new ShapeError(`${who}: expected at least 1 for ${name}, got 0.`);
  }
  if (batch > mostLayers || heads > mostLayers || batch * heads > mostLayers) {
    throw new ShapeError(
      `${who}: expected at most ${mostLayers} heads over the whole batch, got ${batch} × ${heads}. Split the batch.`,
    );
  }
  if (heads % keyHeads !== 0) {
    throw new ShapeError(
      `${who}: query heads must be a multiple of key heads, got ${heads} and ${keyHeads}. ` +
        `Repeat the key heads, or use ${largestDivisors(heads).join(", ")}.`,
    );
  }
  return { batch, heads, keyHeads, queries, keys, headDim, valueDim };
}

/** The four largest divisors, in ascending order. */
function largestDivisors(heads: number): number[] {
  const divisors = new Set<number>();
  for (let n = 1; n * n <= heads; n++) if (heads % n === 0) divisors.add(n).add(heads / n);
  return [...divisors].toSorted((a, b) => a - b).slice(-4);
}

/** Checks one operand's rank and type, and the scales of int8; returns its shape.
 *  @throws {ShapeError | DTypeError | AttentionError} */
export function checkOperand(
  who: string,
  name: string,
  operand: Operand,
  axes: readonly string[],
  types: readonly DType[] = queryTypes,
): readonly number[] {
  if (operand === null || typeof operand !== "object" || !Array.isArray(operand.shape)) {
    throw new AttentionError(
      `${who}: expected ${name} to be a tensor [${axes.join(", ")}]. Make one with tensor(values).`,
    );
  }
  if (operand.shape.length !== axes.length) {
    throw new ShapeError(
      `${who}: expected ${name} [${axes.join(", ")}] of rank ${axes.length}, got [${operand.shape.join(", ")}]. Reshape it first.`,
    );
  }
  if (!types.includes(operand.dtype)) {
    const remedy = operand.dtype === "int8" ? "Use dequantizeRows" : "Cast it";
    throw new DTypeError(
      `${who}: expected ${name} to hold ${types.join(", ")}, got ${operand.dtype}. ${remedy} first.`,
    );
  }
  if (operand.dtype === "int8") checkScales(who, name, operand);
  return operand.shape;
}

function checkScales(who: string, name: string, { shape, scales }: Operand): void {
  const expected = shape.slice(0, -1);
  if (scales === null || typeof scales !== "object" || !Array.isArray(scales.shape)) {
    throw new AttentionError(
      `${who}: expected ${name} of int8 to come with scales [${expected.join(", ")}]. ` +
        "Make it with quantizeRows, and take parts of it with sliceRows.",
    );
  }
  if (scales.dtype !== "float32") {
    throw new DTypeError(
      `${who}: expected the scales of ${name} to hold float32, got ${scales.dtype}. Cast them first.`,
    );
  }
  if (scales.shape.length !== expected.length || expected.some((length, axis) => scales.shape[axis] !== length)) {
    throw new ShapeError(
      `${who}: expected one scale per row of ${name}, [${expected.join(", ")}], got [${scales.shape.join(", ")}].`,
    );
  }
}

function same(who: string, size: string, found: Readonly<Record<string, number>>, remedy: string): void {
  const counts = Object.values(found);
  if (counts.every((count) => count === counts[0])) return;
  const list = Object.entries(found).map(([name, count]) => `${name} ${count}`);
  throw new ShapeError(`${who}: expected one ${size}, got ${list.join(", ")}. ${remedy}`);
}
