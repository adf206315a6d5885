import { f32, type Local, select, type Value } from "@fovea/wasm-assembler";

/** What scores are shifted by before exponentials: their maximum. A row that has seen nothing has the maximum -Infinity; shifting by 0 keeps its scores
 *  -Infinity instead of NaN. */
export const scoreShift = (maximum: Local): Value => select(maximum, 0, f32.ne(maximum, -Infinity));
