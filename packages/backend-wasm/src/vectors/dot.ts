import { FunctionBody } from "@fovea/wasm-assembler";
import { pushFolded } from "./fold-lanes.ts";
import { remember } from "./remember.ts";

/** `dot(left, right) → Σ left[i] × right[i]`, i < size. */
export const emitDot: (size: number) => FunctionBody = remember(writeDot);

function writeDot(size: number): FunctionBody {
  const f = new FunctionBody(["i32", "i32"], ["f32"]);
  const [left, right] = [f.parameter(0), f.parameter(1)];
  const whole = size & ~3;
  const sum = f.local("v128");
  f.f32x4(0);
  f.set(sum);
  for (let i = 0; i < whole; i += 4) {
    f.get(sum);
    for (const side of [left, right]) {
      f.get(side);
      f.memory("v128.load", i * 4);
    }
    f.op("f32x4.mul");
    f.op("f32x4.add");
    f.set(sum);
  }
  pushFolded(f, sum, "f32x4.add");
  for (let i = whole; i < size; i++) {
    for (const side of [left, right]) {
      f.get(side);
      f.memory("f32.load", i * 4);
    }
    f.op("f32.mul");
    f.op("f32.add");
  }
  return f;
}
