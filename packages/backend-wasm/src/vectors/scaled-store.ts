import { f32, f32x4, type FunctionBody, type Local, v128 } from "@fovea/wasm-assembler";

/** target[0…size) = source[0…size) × factor, without touching what lies behind. */
export function emitScaledStore(f: FunctionBody, source: Local, target: Local, factor: Local, size: number): void {
  const whole = size & ~3;
  for (let column = 0; column < whole; column += 4) {
    f.emit(v128.store(target, f32x4.mul(v128.load(source, column * 4), f32x4.splat(factor)), column * 4));
  }
  for (let column = whole; column < size; column++) {
    f.emit(f32.store(target, f32.mul(f32.load(source, column * 4), factor), column * 4));
  }
}
