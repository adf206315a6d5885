import type { FunctionBody, Local } from "@fovea/wasm-assembler";

/** target[0…size) = source[0…size) × factor, without touching what lies behind. */
export function emitScaledStore(f: FunctionBody, source: Local, target: Local, factor: Local, size: number): void {
  const whole = size & ~3;
  for (let column = 0; column < whole; column += 4) {
    f.get(target);
    f.get(source);
    f.memory("v128.load", column * 4);
    f.get(factor);
    f.splat();
    f.op("f32x4.mul");
    f.memory("v128.store", column * 4);
  }
  for (let column = whole; column < size; column++) {
    f.get(target);
    f.get(source);
    f.memory("f32.load", column * 4);
    f.get(factor);
    f.op("f32.mul");
    f.memory("f32.store", column * 4);
  }
}
