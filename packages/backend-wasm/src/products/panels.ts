import { type FunctionBody, i32, type Local } from "@fovea/wasm-assembler";
import { panelWidth } from "./microkernel.ts";
import type { Simd } from "../vectors/simd.ts";

/** Visits panels of eight columns, `column` from `start` up to `end`: two at a time where vectors are wide, an odd one at the end by itself. */
export function eachPanel(
  f: FunctionBody,
  simd: Simd,
  column: Local,
  start: Local | number,
  end: Local | number,
  body: (panels: 1 | 2) => void,
): void {
  f.set(column, start);
  if (!simd.wide) {
    f.forRange(column, end, panelWidth, () => body(1));
    return;
  }
  const last = f.let(typeof end === "number" ? i32.const(end - panelWidth) : i32.sub(end, panelWidth));
  f.forRange(column, last, 2 * panelWidth, () => body(2));
  const even = typeof start === "number" && typeof end === "number" && (end - start) % (2 * panelWidth) === 0;
  if (!even) f.if(i32.eq(column, last), () => body(1));
  f.release(last);
}
