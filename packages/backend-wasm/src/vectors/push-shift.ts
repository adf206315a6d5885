import type { FunctionBody, Local } from "@fovea/wasm-assembler";

/** Pushes what scores are shifted by before exponentials, an f32: their maximum. A row that has seen nothing has the maximum -Infinity; shifting by 0 keeps its
 *  scores -Infinity instead of NaN. */
export function pushShift(f: FunctionBody, maximum: Local): void {
  f.get(maximum);
  f.f32(0);
  f.get(maximum);
  f.f32(-Infinity);
  f.op("f32.ne");
  f.op("select");
}
