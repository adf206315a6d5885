import { f32x4, FunctionBody, i32x4, type Local } from "@fovea/wasm-assembler";
import type { Simd } from "./simd.ts";
import { type Constants, VectorEmitter } from "./vector-emitter.ts";

/** The constants of a loop's body, in locals from before the loop on. V8 makes a constant anew at each use, which takes six instructions for a wide one;
 *  a local costs one at most. */
export class ConstantPool implements Constants {
  readonly #known = new Map<string, { readonly type: "float" | "int"; readonly value: number; local: Local | null }>();

  /** Writes `body` to nowhere once, to learn which constants there are; `load` stands before the loop, then the body is written again. */
  constructor(simd: Simd, body: (v: VectorEmitter) => void) {
    body(new VectorEmitter(new FunctionBody(), simd, this));
  }

  /** The local that holds four equal numbers; null while the pool learns. */
  local(type: "float" | "int", value: number): Local | null {
    const key = `${type} ${Object.is(value, -0) ? "-0" : value}`;
    const known = this.#known.get(key);
    if (known) return known.local;
    this.#known.set(key, { type, value, local: null });
    return null;
  }

  load(f: FunctionBody): void {
    for (const constant of this.#known.values()) {
      constant.local = f.let((constant.type === "float" ? f32x4 : i32x4).const(constant.value));
    }
  }
}
