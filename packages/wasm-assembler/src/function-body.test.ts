import { expect, test } from "vitest";
import { AssemblyError } from "./assembly-error.ts";
import { address, call, either, f32, f32x4, f64, i32, select, smaller, tee } from "./expressions.ts";
import { FunctionBody } from "./function-body.ts";
import { ModuleBuilder } from "./module-builder.ts";
import type { Label } from "./type-stack.ts";
import { runFunction } from "./testing/run-function.ts";

test("ints of every LEB128 length come back as they were written", () => {
  const edges = [6, 7, 13, 14, 20, 21, 27, 28, 30].flatMap((bits) => [
    2 ** bits - 1,
    2 ** bits,
    -(2 ** bits),
    -(2 ** bits) - 1,
  ]);
  for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31), ...edges]) {
    expect(runFunction([], "i32", () => i32.const(value)).call()).toBe(value);
  }
});

test("memory offsets are unsigned: 128 and 16,384 bytes reach as far as they say", () => {
  for (const offset of [0, 127, 128, 16383, 16384, 65532]) {
    const { call, memory } = runFunction([], "i32", () => i32.load(0, offset));
    new DataView(memory.buffer).setInt32(offset, -5, true);
    expect(call()).toBe(-5);
  }
});

test("a body of a hundred thousand instructions with a thousand locals is valid", () => {
  const { call } = runFunction([], "i32", (f) => {
    const sum = f.local("i32");
    for (let i = 0; i < 1000; i++) {
      const local = f.let(i32.const(i));
      for (let repeat = 0; repeat < 25; repeat++) f.increase(sum, local);
    }
    return sum;
  });
  expect(call()).toBe((25 * 999 * 1000) / 2);
});

test("parameters have the names, types and order of their declaration", () => {
  const f = new FunctionBody("f32");
  const { factor, row } = f.parameters({ factor: "f32", row: "i32" });
  expect([factor.index, factor.type, row.index, row.type]).toEqual([0, "f32", 1, "i32"]);
  expect(f.parameterTypes).toEqual(["f32", "i32"]);
  expect(f.local("i32").index).toBe(2);
});

test("parameters are declared once, before any local", () => {
  const twice = new FunctionBody();
  twice.parameters({ row: "i32" });
  expect(() => twice.parameters({ column: "i32" })).toThrow(AssemblyError);
  const late = new FunctionBody();
  late.local("i32");
  expect(() => late.parameters({ row: "i32" })).toThrow(/before any local/);
});

test("a released local is given out again, to its own type only", () => {
  const f = new FunctionBody();
  const [int, vector] = [f.local("i32"), f.local("v128")];
  expect([int.index, vector.index]).toEqual([0, 1]);
  f.release(int, vector);
  expect(f.local("v128")).toBe(vector);
  expect(f.local("f32").index).toBe(2);
  expect(f.locals("i32", 2).map(({ index }) => index)).toEqual([0, 3]);
});

test("a local is released once for each time it was given out", () => {
  const f = new FunctionBody();
  const local = f.local("i32");
  f.release(local);
  expect(() => f.release(local)).toThrow("release: local 0 was released before. Release each local once.");
  f.release(f.local("i32"));
});

test("operands are evaluated from left to right, and again wherever a value is used", () => {
  // (x = 5) - x, then x * 2
  const { call } = runFunction(["i32"], "i32", (f, x) => {
    const doubled = i32.mul(x, 2);
    f.set(x, i32.sub(tee(x, 5), doubled));
    return doubled;
  });
  expect(call(0)).toBe((5 - 10) * 2);
});

test("numbers are constants of the type that the instruction takes", () => {
  expect(runFunction([], "f32", () => f32.add(0.5, 1)).call()).toBe(1.5);
  expect(runFunction([], "i32", () => i32.add(1, 2)).call()).toBe(3);
  expect(runFunction([], "f32", () => f32x4.extract_lane(f32x4.add(0.25, f32x4.const(1)), 3)).call()).toBe(1.25);
});

test("a number is refused where nothing tells its type, with what to write instead", () => {
  const f = new FunctionBody();
  expect(() => f.set(f.local("v128"), 0)).toThrow(
    "operand: expected a value of type v128, got the number 0. Write f32x4.const(0) or i32x4.const(0).",
  );
});

test("an address leaves out what adds or multiplies nothing", () => {
  const plain = bytesOf(false, 0, 1);
  expect(bytesOf(false, 8, 1)).toBe(plain + 3);
  expect(bytesOf(true, 0, 1)).toBe(plain + 3);
  expect(bytesOf(true, 0, 4)).toBe(plain + 6);
  const { call } = runFunction(["i32", "i32"], "i32", (_, base, by) => address(base, 100, by, 4));
  expect(call(1000, 7)).toBe(1128);
});

test("the smaller one of two ints, also negative ones", () => {
  const { call } = runFunction(["i32", "i32"], "i32", (_, a, b) => smaller(a, b));
  expect([call(1, 2), call(2, 1), call(-1, 1)]).toEqual([1, 1, -1]);
});

test("select and either pick by a condition", () => {
  const picked = runFunction(["i32"], "f32", (_, x) => select(0.5, f32.const(2), x));
  expect([picked.call(1), picked.call(0)]).toEqual([0.5, 2]);
  const chosen = runFunction(["i32"], "i32", (_, x) => either(i32.lt_s(x, 0), i32.const(-1), 1));
  expect([chosen.call(-7), chosen.call(7)]).toEqual([-1, 1]);
});

test("a loop over an empty range runs no step, one over three steps three", () => {
  const { call } = runFunction(["i32"], "i32", (f, end) => {
    const [steps, counter] = f.locals("i32", 2);
    f.forRange(counter, end, 2, () => f.increase(steps, 1));
    return steps;
  });
  expect([call(-1), call(0), call(1), call(5), call(6)]).toEqual([0, 0, 1, 3, 3]);
});

test("a loop over addresses goes on beyond 2 GiB", () => {
  const { call } = runFunction(["i32", "i32"], "i32", (f, from, end) => {
    const steps = f.local("i32");
    f.forAddresses(from, end, 16, () => f.increase(steps, 1));
    return steps;
  });
  const half = 2 ** 31;
  expect([call(half - 32, half + 32), call(half + 32, half - 32), call(16, 16)]).toEqual([4, 0, 0]);
});

test("branches find their block, however deep they stand", () => {
  // the first divisor of n from 2 on
  const { call } = runFunction(["i32"], "i32", (f, n) => {
    const divisor = f.let(i32.const(2));
    f.block((found) =>
      f.loop((next) => {
        f.if(i32.eqz(i32.rem_s(n, divisor)), () => f.branch(found));
        f.increase(divisor, 1);
        f.branch(next);
      }),
    );
    return divisor;
  });
  expect([call(9), call(35), call(7)]).toEqual([3, 5, 7]);
});

test("a branch to a block that has ended is refused", () => {
  const f = new FunctionBody();
  f.block((first) => {
    f.block((second) => {
      f.branch(first, i32.const(0));
      f.branch(second, i32.const(0));
    });
  });
  f.block((first) => f.loop(() => expect(() => f.branch(first)).not.toThrow()));
  let ended: Label = { name: "" };
  f.loop((start) => {
    ended = start;
  });
  f.block(() => expect(() => f.branch(ended)).toThrow("expected a label that is open, got that of a loop"));
});

test("an operand of the wrong type is refused where it is written", () => {
  const f = new FunctionBody();
  const { row } = f.parameters({ row: "i32" });
  expect(() => f.emit(f32x4.add(row, 1))).toThrow(
    "f32x4.add: expected v128, v128 on the stack, got i32, v128. Convert it, or write the instruction for its type.",
  );
});

test("a local takes values of its own type", () => {
  const f = new FunctionBody();
  expect(() => f.set(f.local("f32"), i32.const(1))).toThrow("local.set: expected f32 on the stack, got i32.");
});

test("too few operands are refused where the instruction is written", () => {
  const f = new FunctionBody();
  f.emit(i32.const(1));
  // below the block's start are values that do not belong to it
  f.block(() => {
    expect(() => f.set(f.local("i32"))).toThrow(
      "local.set: expected i32 on the stack, got nothing. Push what is missing first.",
    );
  });
});

test("a call is checked against the parameters of the function", () => {
  const module = new ModuleBuilder();
  const scale = new FunctionBody("f32");
  const { x, factor } = scale.parameters({ x: "f32", factor: "f32" });
  scale.emit(f32.mul(x, factor));
  const scaled = module.add(scale);
  const main = new FunctionBody("f32");
  expect(() => main.call(scaled, i32.const(1), 2)).toThrow(
    "call of function 0: expected f32, f32 on the stack, got i32, f32.",
  );
});

test("what is left over at the end of a block is refused", () => {
  const f = new FunctionBody();
  expect(() => f.loop(() => f.emit(i32.const(1), f32.const(2)))).toThrow(
    "end of loop: expected nothing on the stack, got i32, f32. Store, set or drop what is left over.",
  );
});

test("both halves of an if must give its result", () => {
  const f = new FunctionBody("i32");
  expect(() => f.emit(either(i32.const(1), i32.const(2), f32.const(3)))).toThrow(
    "end of else: expected i32 on the stack, got f32. Push what it results in.",
  );
});

test("a function that does not give its result is refused when its module is written", () => {
  const module = new ModuleBuilder();
  module.add(new FunctionBody("i32"));
  expect(() => module.encode({ minimum: 1, maximum: 1, shared: false })).toThrow(
    "end of the function: expected i32 on the stack, got nothing. Push what it results in.",
  );
});

test("behind a return, what never runs needs no operands", () => {
  const { call } = runFunction(["i32"], "i32", (f, x) => {
    f.if(x, () => {
      f.return(i32.const(1));
      f.set(x);
    });
    return i32.const(2);
  });
  expect([call(1), call(0)]).toEqual([1, 2]);
});

test("functions call one another by what add gave", () => {
  const double = new FunctionBody("i32");
  const { x } = double.parameters({ x: "i32" });
  double.emit(i32.add(x, x));
  const module = new ModuleBuilder();
  // far enough that the index takes two bytes
  for (let i = 0; i < 130; i++) module.add(new FunctionBody());
  const callee = module.add(double);
  const main = new FunctionBody("i32");
  main.emit(call(callee, 21));
  module.add(main, "main");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const code = new WebAssembly.Module(module.encode({ minimum: 1, maximum: 2, shared: false }));
  const { main: run } = new WebAssembly.Instance(code, { fovea: { memory } }).exports as { main: () => number };
  expect(run()).toBe(42);
});

test("imported functions come first, and are called like others", () => {
  const module = new ModuleBuilder([
    { module: "Math", name: "exp", parameters: ["f64"], result: "f64" },
    { module: "Math", name: "pow", parameters: ["f64", "f64"], result: "f64" },
  ]);
  const [exp, pow] = module.imports;
  const twice = new FunctionBody("f64");
  const { x } = twice.parameters({ x: "f64" });
  twice.emit(f64.add(x, x));
  const callee = module.add(twice);
  const main = new FunctionBody("f64");
  const { y } = main.parameters({ y: "f64" });
  main.emit(call(callee, call(pow, call(exp, y), y)));
  module.add(main, "main");
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const code = new WebAssembly.Module(module.encode({ minimum: 1, maximum: 1, shared: false }));
  const { main: run } = new WebAssembly.Instance(code, {
    fovea: { memory },
    Math: Math as object as WebAssembly.ModuleImports,
  }).exports as {
    main: (y: number) => number;
  };
  expect(run(3)).toBe(2 * Math.exp(3) ** 3);
});

test("a module for shared memory takes a shared memory with the same maximum, and no other", () => {
  const bytes = new ModuleBuilder().encode({ minimum: 1, maximum: 4, shared: true });
  const link = (memory: WebAssembly.Memory): WebAssembly.Instance =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { fovea: { memory } });
  expect(link(new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true }))).toBeInstanceOf(WebAssembly.Instance);
  expect(() => link(new WebAssembly.Memory({ initial: 1, maximum: 4 }))).toThrow(WebAssembly.LinkError);
});

/** Bytes of a module whose one function gives an address. */
function bytesOf(index: boolean, offset: number, scale: number): number {
  const f = new FunctionBody("i32");
  const { base, by } = f.parameters({ base: "i32", by: "i32" });
  f.emit(address(base, offset, index ? by : undefined, scale));
  const module = new ModuleBuilder();
  module.add(f);
  return module.encode({ minimum: 1, maximum: 1, shared: false }).length;
}
