import { FunctionBody } from "../function-body.ts";
import { ModuleBuilder } from "../module-builder.ts";
import type { ValueType } from "../opcodes.ts";
import type { Local, Value } from "../value.ts";

/** What was made of a function: JavaScript's way to call it, and its memory of 64 KiB, which starts with `bytes`. */
export interface Ran {
  readonly call: (...args: number[]) => number;
  readonly memory: Uint8Array;
}

/** A module of one function whose parameters and result JavaScript can pass, for tests only. What `write` gives is its result. */
export function runFunction(
  parameters: readonly ValueType[],
  result: ValueType | null,
  write: (f: FunctionBody, ...parameters: Local[]) => Value | void,
  bytes: readonly number[] = [],
): Ran {
  const f = new FunctionBody(result);
  const names = Object.fromEntries(parameters.map((type, index) => [`p${index}`, type]));
  const value = write(f, ...Object.values(f.parameters(names)));
  if (value) f.emit(value);
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
