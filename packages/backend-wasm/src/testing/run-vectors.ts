import { FunctionBody, type Local, ModuleBuilder, v128 } from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";

/** Runs one vector computation over whole arrays, for tests only: element i of the result is what the computation makes of element i of every input.
 *  Arrays are seen as raw 32-bit words, in a module of their own, in pairs of vectors: where the engine widens those, it is its wide instructions that are
 *  tested. */
export function runVectors(
  inputs: readonly (Float32Array | Int32Array)[],
  relaxed: boolean,
  compute: (v: VectorEmitter, ...args: Local[]) => Local,
): { readonly floats: Float32Array; readonly ints: Int32Array } {
  const count = inputs[0].length;
  const bytes = (count * 4 + 31) & ~31;
  const f = new FunctionBody();
  const { index } = f.parameters({ index: "i32" });
  const v = new VectorEmitter(f, { relaxed, wide: true });
  f.forRange(index, bytes, 32, () => {
    const results = [0, 16].map((half) => {
      const args = inputs.map((_, input) => v.value(v128.load(index, input * bytes + half)));
      return compute(v, ...args);
    });
    for (const [half, result] of results.entries()) {
      f.emit(v128.store(index, result, inputs.length * bytes + half * 16));
    }
  });
  const module = new ModuleBuilder();
  module.add(f, "run");
  const pages = Math.ceil(((inputs.length + 1) * bytes) / 65536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const code = new WebAssembly.Module(module.encode({ minimum: pages, maximum: pages, shared: false }));
  for (const [input, values] of inputs.entries()) {
    new Uint8Array(memory.buffer, input * bytes).set(new Uint8Array(values.buffer, values.byteOffset, count * 4));
  }
  const { run } = new WebAssembly.Instance(code, { fovea: { memory } }).exports as { run: (start: number) => void };
  run(0);
  const start = inputs.length * bytes;
  return {
    floats: new Float32Array(memory.buffer, start, count),
    ints: new Int32Array(memory.buffer, start, count),
  };
}
