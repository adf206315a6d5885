import { FunctionBody, type Local, ModuleBuilder } from "../assembler.ts";
import { VectorEmitter } from "../vector-emitter.ts";

/** Runs one vector computation over whole arrays, for tests only: element i of the result is what the computation makes of element i of every input.
 *  Arrays are seen as raw 32-bit words, four at a time, in a module of their own. */
export function runVectors(
  inputs: readonly (Float32Array | Int32Array)[],
  relaxed: boolean,
  compute: (v: VectorEmitter, ...args: Local[]) => Local,
): { readonly floats: Float32Array; readonly ints: Int32Array } {
  const count = inputs[0].length;
  const bytes = (count * 4 + 15) & ~15;
  const f = new FunctionBody(["i32"]);
  const index = f.parameter(0);
  const v = new VectorEmitter(f, relaxed);
  f.forRange(index, bytes, 16, () => {
    const args = inputs.map((_, input) => {
      f.get(index);
      f.memory("v128.load", input * bytes);
      return v.take();
    });
    const result = compute(v, ...args);
    f.get(index);
    f.get(result);
    f.memory("v128.store", inputs.length * bytes);
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
