import type { Callee, FunctionBody, Local } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import type { ProductFields } from "./read-product.ts";

/** Takes the inner axis in parts of up to `most` steps, `part` of them from `start` on; at least once, also when there are none. */
export function eachPart(
  f: FunctionBody,
  { depth }: ProductFields,
  most: number,
  start: Local,
  part: Local,
  body: () => void,
): void {
  f.assign(start, 0);
  f.op("loop", 0x40);
  f.get(depth);
  f.get(start);
  f.op("i32.sub");
  f.set(part);
  f.smaller(part, most);
  f.set(part);
  body();
  f.get(start);
  f.get(part);
  f.op("i32.add");
  f.tee(start);
  f.get(depth);
  f.op("i32.lt_s");
  f.op("br_if", 0);
  f.op("end");
}

/** Sets each of `panels` to where a panel of the weight is: the one of `column`, the one after it, from step `start` on. */
export function placePanels(
  f: FunctionBody,
  { weight, panelStride }: ProductFields,
  weightBytes: 1 | 4,
  column: Local,
  start: Local,
  panels: readonly Local[],
): void {
  const [first] = panels;
  f.get(weight);
  f.get(column);
  f.i32(3);
  f.op("i32.shr_u");
  f.get(panelStride);
  f.op("i32.mul");
  f.op("i32.add");
  f.get(start);
  f.i32(weightBytes * panelWidth);
  f.op("i32.mul");
  f.op("i32.add");
  f.set(first);
  for (const panel of panels.slice(1)) {
    f.address(first, 0, panelStride);
    f.set(panel);
  }
}

/** Brings panels of int8 as floats to `room` and sets them to there.
 *  @param widen index of `widenPanel` */
export function widenPanels(
  f: FunctionBody,
  widen: Callee,
  panels: readonly Local[],
  room: { readonly base: Local; readonly offset: number; readonly depth: number },
  part: Local,
): void {
  for (const [index, panel] of panels.entries()) {
    const floats = room.offset + index * room.depth * panelWidth * 4;
    f.get(panel);
    f.address(room.base, floats);
    f.get(part);
    f.call(widen);
    f.address(room.base, floats);
    f.set(panel);
  }
}
