import { checkOptions } from "./check-options.ts";
import { describeShape } from "./dimensions.ts";
import { tensor } from "./from-values.ts";
import type { TensorLike } from "./from-values.ts";
import { readValues } from "./read-values.ts";

/** How far two tensors may be apart. */
export interface Tolerances {
  /** Default 1e-8. */
  readonly absolute?: number;
  /** As a part of `|expected|`; default 1e-5. */
  readonly relative?: number;
  /** Whether NaN agrees with NaN; default false. */
  readonly equalNaN?: boolean;
}

/** Whether two tensors agree, and where they do not, most of all. */
export interface Comparison {
  readonly pass: boolean;
  readonly message: string;
  /** The element that exceeds its tolerance by most; null when all agree or the shapes differ. */
  readonly worst: {
    readonly index: readonly number[];
    readonly actual: number;
    readonly expected: number;
    readonly difference: number;
  } | null;
}

/** Whether `|actual - expected| <= absolute + relative * |expected|` everywhere, as numpy's allclose; shapes must be equal, dtypes need not.
 *  Equal infinities agree; an infinity or NaN against anything else does not.
 *  @param expected a tensor, or what `tensor` takes (read as float64) */
export function allClose(actual: TensorLike, expected: TensorLike, tolerances: Tolerances = {}): Comparison {
  checkOptions(
    "allClose",
    tolerances,
    { absolute: true, relative: true, equalNaN: true },
    { example: "allClose(actual, expected, { absolute: 1e-6 })" },
  );
  const { absolute = 1e-8, relative = 1e-5, equalNaN = false } = tolerances;
  if (!(absolute >= 0) || !(relative >= 0)) {
    throw new RangeError(`allClose: tolerances must be 0 or more, got absolute ${absolute} and relative ${relative}.`);
  }
  const left = numbersOf(actual);
  const right = numbersOf(expected);
  if (left.shape.length !== right.shape.length || left.shape.some((length, axis) => length !== right.shape[axis])) {
    const message = `shapes differ: actual ${describeShape(left.shape)}, expected ${describeShape(right.shape)}`;
    return { pass: false, message, worst: null };
  }
  let failures = 0;
  let worst = -1;
  let worstExcess = -1;
  for (let i = 0; i < left.values.length; i++) {
    const a = left.values[i];
    const e = right.values[i];
    if (a === e || (equalNaN && a !== a && e !== e)) continue;
    const excess = Math.abs(a - e) - (absolute + relative * Math.abs(e));
    if (Number.isFinite(e) && excess <= 0) continue;
    failures++;
    const size = excess >= 0 ? excess : Infinity; // NaN: nothing is further off
    if (size <= worstExcess) continue;
    worst = i;
    worstExcess = size;
  }
  const count = left.values.length;
  if (worst < 0) return { pass: true, message: `all ${count} elements agree`, worst: null };
  const index = unravel(worst, left.shape);
  const [a, e] = [left.values[worst], right.values[worst]];
  const message =
    `${failures} of ${count} elements differ by more than ${absolute} + ${relative} * |expected|; worst at ` +
    `${describeShape(index)}: actual ${a}, expected ${e}, difference ${Math.abs(a - e)}`;
  return { pass: false, message, worst: { index, actual: a, expected: e, difference: Math.abs(a - e) } };
}

/** `allClose` that throws an Error with the message where the tensors do not agree. */
export function assertAllClose(actual: TensorLike, expected: TensorLike, tolerances: Tolerances = {}): void {
  const { pass, message } = allClose(actual, expected, tolerances);
  if (!pass) throw new Error(`assertAllClose: ${message}`);
}

function numbersOf(values: TensorLike): { shape: readonly number[]; values: ArrayLike<number> } {
  const read =
    Array.isArray(values) || typeof values === "number" ? tensor(values, { dtype: "float64" }) : tensor(values);
  return { shape: read.shape, values: readValues(read) };
}

function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
