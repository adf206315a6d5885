import { FunctionBody, ModuleBuilder, type ValueType } from "@fovea/wasm-assembler";

/** A module of one function whose parameters and result JavaScript can pass, for tests only. The memory starts with 64 KiB of `bytes`. */
export function runScalars(
  parameters: readonly ValueType[],
  result: ValueType | null,
  emit: (f: FunctionBody) => unknown,
  bytes: readonly number[] = [],
): { readonly call: (...args: number[]) => number; readonly memory: Uint8Array } {
  const f = new FunctionBody(parameters, result === null ? [] : [result]);
  emit(f);
  const module = new ModuleBuilder();
  module.add(f, "call");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  new Uint8Array(memory.buffer).set(bytes);
  const code = new WebAssembly.Module(module.encode({ minimum: 1, maximum: 1, shared: false }));
  const { call } = new WebAssembly.Instance(code, { fovea: { memory } }).exports as {
    call: (...a: number[]) => number;
  };
  return { call, memory: new Uint8Array(memory.buffer) };
}
