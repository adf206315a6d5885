import {
  f32x4,
  type FunctionBody,
  i32x4,
  type Local,
  operation,
  tee,
  v128,
  type Value,
  written,
} from "@fovea/wasm-assembler";
import { type Storage, storageBytes } from "../memory/storage.ts";

/** Four consecutive numbers at `pointer + offset` as floats, int8 without its scale. May read past the last element of a row: allocations end with
 *  padding. */
export function load4(f: FunctionBody, storage: Storage, pointer: Local, offset: number): Value {
  if (storage === "float32") return v128.load(pointer, offset);
  if (storage === "int8") {
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v128.load8x8_s(pointer, offset)));
  }
  const bits = v128.load16x4_u(pointer, offset);
  return storage === "bfloat16" ? i32x4.shl(bits, 16) : widenHalf(f, bits);
}

/** The exponent is off by 112; a product with 2^112 puts it right and makes subnormals of float16 normal on the way. Infinity and NaN keep all
 *  exponent bits. */
const widenHalf = (f: FunctionBody, bits: Value): Value =>
  written("v128", () => {
    const [half, magnitude] = f.locals("v128", 2);
    f.set(magnitude, i32x4.shl(v128.and(tee(half, bits), i32x4.const(0x7fff)), 13));
    const infinite = v128.and(i32x4.gt_s(magnitude, 0x0f7fffff), i32x4.const(0x7f800000));
    const sign = i32x4.shl(v128.and(half, i32x4.const(0x8000)), 16);
    f.emit(v128.or(v128.or(f32x4.mul(magnitude, 2 ** 112), infinite), sign));
    f.release(half, magnitude);
  });

/** Eight consecutive numbers as floats, in two locals. */
export function loadPair(
  f: FunctionBody,
  storage: Storage,
  pointer: Local,
  offset: number,
  pair: readonly Local[],
): void {
  if (storage !== "int8") {
    for (const [half, vector] of pair.entries()) {
      f.set(vector, load4(f, storage, pointer, offset + half * 4 * storageBytes[storage]));
    }
    return;
  }
  const both = f.let(v128.load8x8_s(pointer, offset));
  for (const [half, extend] of (["i32x4.extend_low_i16x8_s", "i32x4.extend_high_i16x8_s"] as const).entries()) {
    f.set(pair[half], f32x4.convert_i32x4_s(operation(extend, both)));
  }
  f.release(both);
}
