import { f32, f32x4, FunctionBody, v128, type Value } from "@fovea/wasm-assembler";
import { folded } from "./fold-lanes.ts";
import { remember } from "./remember.ts";

/** `dot(left, right) → Σ left[i] × right[i]`, i < size. */
export const emitDot: (size: number) => FunctionBody = remember(writeDot);

function writeDot(size: number): FunctionBody {
  const f = new FunctionBody("f32");
  const { left, right } = f.parameters({ left: "i32", right: "i32" });
  const whole = size & ~3;
  const sum = f.let(f32x4.const(0));
  for (let i = 0; i < whole; i += 4) {
    f.set(sum, f32x4.add(sum, f32x4.mul(v128.load(left, i * 4), v128.load(right, i * 4))));
  }
  f.emit(
    Array.from({ length: size - whole }, (_, i) => (whole + i) * 4).reduce<Value>(
      (total, at) => f32.add(total, f32.mul(f32.load(left, at), f32.load(right, at))),
      folded(f, sum, "f32x4.add"),
    ),
  );
  return f;
}
