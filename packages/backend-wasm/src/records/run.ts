import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";

/** Adds `run(tasks, count, next, scratch)`: takes tasks of `taskBytes` bytes until none is left and calls function `oneTask(task, scratch)` for each.
 *  `next` is the address of the number of the next task, which all threads share; each thread brings its own scratch. */
export function addRun(module: ModuleBuilder, name: string, oneTask: Callee, taskBytes: number, shared: boolean): void {
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [tasks, count, next, scratch] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const index = f.local("i32");
  f.op("loop", 0x40);
  f.get(next);
  if (shared) {
    f.i32(1);
    f.op("i32.atomic.rmw.add", 2, 0);
    f.set(index);
  } else {
    f.memory("i32.load");
    f.set(index);
    f.get(next);
    f.get(index);
    f.i32(1);
    f.op("i32.add");
    f.memory("i32.store");
  }
  f.get(index);
  f.get(count);
  f.op("i32.lt_s");
  f.if(() => {
    f.address(tasks, 0, index, taskBytes);
    f.get(scratch);
    f.call(oneTask);
    f.op("br", 1);
  });
  f.op("end");
  module.add(f, name);
}
