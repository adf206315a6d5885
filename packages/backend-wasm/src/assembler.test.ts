import { expect, test } from "vitest";
import { FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";
import { runScalars } from "./testing/run-scalars.ts";

test("ints of every LEB128 length come back as they were written", () => {
  const edges = [6, 7, 13, 14, 20, 21, 27, 28, 30].flatMap((bits) => [
    2 ** bits - 1,
    2 ** bits,
    -(2 ** bits),
    -(2 ** bits) - 1,
  ]);
  for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31), ...edges]) {
    expect(runScalars([], "i32", (f) => f.i32(value)).call()).toBe(value);
  }
});

test("memory offsets are unsigned: 128 and 16,384 bytes reach as far as they say", () => {
  for (const offset of [0, 127, 128, 16383, 16384, 65532]) {
    const { call, memory } = runScalars([], "i32", (f) => [f.i32(0), f.memory("i32.load", offset)]);
    new DataView(memory.buffer).setInt32(offset, -5, true);
    expect(call()).toBe(-5);
  }
});

test("a body of a hundred thousand instructions with a thousand locals is valid", () => {
  const { call } = runScalars(["i32"], "i32", (f) => {
    const sum = f.local("i32");
    for (let i = 0; i < 1000; i++) {
      const local = f.local("i32");
      f.i32(i);
      f.set(local);
      for (let repeat = 0; repeat < 25; repeat++) f.increase(sum, local);
    }
    f.get(sum);
  });
  expect(call(0)).toBe((25 * 999 * 1000) / 2);
});

test("a released local is given out again, to its own type only", () => {
  const f = new FunctionBody(["i32"]);
  const int = f.local("i32");
  const vector = f.local("v128");
  expect([int.index, vector.index]).toEqual([1, 2]);
  f.release(int, vector);
  expect(f.local("v128")).toBe(vector);
  expect(f.local("f32").index).toBe(3);
  expect(f.local("i32")).toBe(int);
  expect(f.local("i32").index).toBe(4);
});

test("a loop over an empty range runs no step, one over three steps three", () => {
  const { call } = runScalars(["i32"], "i32", (f) => {
    const steps = f.local("i32");
    const counter = f.local("i32");
    f.forRange(counter, f.parameter(0), 2, () => f.increase(steps, 1));
    f.get(steps);
  });
  expect([call(-1), call(0), call(1), call(5), call(6)]).toEqual([0, 0, 1, 3, 3]);
});

test("functions call one another by the index that add gave", () => {
  const double = new FunctionBody(["i32"], ["i32"]);
  double.get(double.parameter(0));
  double.get(double.parameter(0));
  double.op("i32.add");
  const module = new ModuleBuilder();
  // far enough that the index takes two bytes
  for (let i = 0; i < 130; i++) module.add(new FunctionBody([]));
  const index = module.add(double);
  const main = new FunctionBody([], ["i32"]);
  main.i32(21);
  main.call(index);
  module.add(main, "main");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const code = new WebAssembly.Module(module.encode({ minimum: 1, maximum: 2, shared: false }));
  const { main: run } = new WebAssembly.Instance(code, { fovea: { memory } }).exports as { main: () => number };
  expect(run()).toBe(42);
});

test("a module for shared memory takes a shared memory with the same maximum, and no other", () => {
  const bytes = new ModuleBuilder().encode({ minimum: 1, maximum: 4, shared: true });
  const link = (memory: WebAssembly.Memory): WebAssembly.Instance =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { fovea: { memory } });
  expect(link(new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true }))).toBeInstanceOf(WebAssembly.Instance);
  expect(() => link(new WebAssembly.Memory({ initial: 1, maximum: 4 }))).toThrow(WebAssembly.LinkError);
});
