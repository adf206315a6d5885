import type { FunctionBody, Local } from "@fovea/wasm-assembler";

/** Sum, or largest: `max` is NaN if any is, `pmax` wants none to be. */
export type FoldOpcode = "f32x4.add" | "f32x4.max" | "f32x4.pmax";

/** Pushes what `opcode` makes of four floats: halves first, then quarters, which are fewer steps one after the other than lane by lane. */
export function pushFolded(f: FunctionBody, vector: Local, opcode: FoldOpcode): void {
  const folded = f.local("v128");
  f.get(vector);
  f.set(folded);
  for (const lanes of [
    [2, 3, 0, 1],
    [1, 0, 3, 2],
  ]) {
    f.get(folded);
    f.get(folded);
    f.get(folded);
    f.shuffle(lanes);
    f.op(opcode);
    f.set(folded);
  }
  f.get(folded);
  f.lane("f32x4.extract_lane", 0);
  f.release(folded);
}
