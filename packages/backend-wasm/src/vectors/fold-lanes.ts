import { f32x4, type FunctionBody, type Local, operation, shuffle, type Value, written } from "@fovea/wasm-assembler";

/** Sum, or largest: `max` is NaN if any is, `pmax` wants none to be. */
export type FoldOpcode = "f32x4.add" | "f32x4.max" | "f32x4.pmax";

/** What `opcode` makes of four floats: halves first, then quarters, which are fewer steps one after the other than lane by lane. */
export const folded = (f: FunctionBody, vector: Local, opcode: FoldOpcode): Value =>
  written("f32", () => {
    const lanes = f.let(vector);
    f.set(lanes, operation(opcode, lanes, shuffle(lanes, lanes, [2, 3, 0, 1])));
    f.set(lanes, operation(opcode, lanes, shuffle(lanes, lanes, [1, 0, 3, 2])));
    f.emit(f32x4.extract_lane(lanes, 0));
    f.release(lanes);
  });
