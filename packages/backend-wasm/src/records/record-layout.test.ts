import { FunctionBody, ModuleBuilder } from "@fovea/wasm-assembler";
import { expect, test } from "vitest";
import { RecordLayout } from "./record-layout.ts";

const layout = new RecordLayout({ rows: "int", scale: "float", runs: "int" });

test("fields lie one behind the other, 4 bytes each", () => {
  expect([layout.offset("rows"), layout.offset("scale"), layout.offset("runs"), layout.bytes]).toEqual([0, 4, 8, 12]);
});

test("a kernel reads what a call wrote, ints as ints and floats as float32", () => {
  const f = new FunctionBody("f32");
  const { record } = f.parameters({ record: "i32" });
  f.emit(layout.read(record, "scale"));
  const g = new FunctionBody("i32");
  const { other } = g.parameters({ other: "i32" });
  g.emit(layout.read(other, "runs"));
  const module = new ModuleBuilder();
  module.add(f, "scale");
  module.add(g, "runs");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const code = new WebAssembly.Module(module.encode({ minimum: 1, maximum: 1, shared: false }));
  const { scale, runs } = new WebAssembly.Instance(code, { fovea: { memory } }).exports as Record<
    "scale" | "runs",
    (at: number) => number
  >;
  const words = { i32: new Int32Array(memory.buffer), f32: new Float32Array(memory.buffer) };
  layout.write(words, 64, { rows: 3, scale: 0.25, runs: 2 ** 31 + 4 });
  expect([scale(64), runs(64) >>> 0, words.i32[16], words.i32[15], words.i32[19]]).toEqual([
    0.25,
    2 ** 31 + 4,
    3,
    0,
    0,
  ]);
});

test("a field that is forgotten or misspelt is a type error", () => {
  const words = { i32: new Int32Array(3), f32: new Float32Array(3) };
  // @ts-expect-error -- scale is missing
  layout.write(words, 0, { rows: 1, runs: 0 });
  expect(words.f32[1]).toBeNaN();
  // @ts-expect-error -- there is no field row
  expect(layout.offset("row")).toBeNaN();
});
