import type { Tensor } from "@fovea/tensor";

/** The numbers of a running program: floats in one array, ints and bools in another, so that nothing is allocated per call. */
export interface Registers {
  readonly floats: Float64Array;
  readonly ints: Int32Array;
}

/** Writes one register from others. */
export type Move = () => void;

/** Reads a table into register `to` at the ints in registers `indices`; 0 outside the table. */
export function gatherMove(registers: Registers, table: Tensor, to: number, indices: readonly number[]): Move {
  const { floats, ints } = registers;
  const { dtype, data, shape, strides, offset } = table;
  const isFloat = dtype === "float32" || dtype === "float64";
  // a stored byte other than 0 is true
  const isBool = dtype === "bool";
  if (shape.length === 1) {
    const [length] = shape;
    const [stride] = strides;
    const [index] = indices;
    if (isFloat) {
      return () => {
        const i = ints[index];
        floats[to] = i >= 0 && i < length ? data[offset + i * stride] : 0;
      };
    }
    return () => {
      const i = ints[index];
      const value = i >= 0 && i < length ? data[offset + i * stride] : 0;
      ints[to] = isBool && value !== 0 ? 1 : value;
    };
  }
  return () => {
    let at = offset;
    for (let axis = 0; axis < shape.length; axis++) {
      const i = ints[indices[axis]];
      if (i < 0 || i >= shape[axis]) {
        at = -1;
        break;
      }
      at += i * strides[axis];
    }
    const value = at < 0 ? 0 : data[at];
    if (isFloat) floats[to] = value;
    else ints[to] = isBool && value !== 0 ? 1 : value;
  };
}
