import type { FunctionBody, Local } from "@fovea/wasm-assembler";
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
  if (typeof start === "number") f.assign(column, start);
  else {
    f.get(start);
    f.set(column);
  }
  if (!simd.wide) {
    f.forRange(column, end, panelWidth, () => body(1));
    return;
  }
  const last = f.local("i32");
  if (typeof end === "number") f.i32(end - panelWidth);
  else {
    f.get(end);
    f.i32(panelWidth);
    f.op("i32.sub");
  }
  f.set(last);
  f.forRange(column, last, 2 * panelWidth, () => body(2));
  const even = typeof start === "number" && typeof end === "number" && (end - start) % (2 * panelWidth) === 0;
  if (!even) {
    f.get(column);
    f.get(last);
    f.op("i32.eq");
    f.if(() => body(1));
  }
  f.release(last);
}
