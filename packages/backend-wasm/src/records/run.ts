import { address, atomicAdd, type Callee, FunctionBody, i32, type ModuleBuilder } from "@fovea/wasm-assembler";

/** Adds `run(tasks, count, next, scratch)`: takes tasks of `taskBytes` bytes until none is left and calls function `oneTask(task, scratch)` for each.
 *  `next` is the address of the number of the next task, which all threads share; each thread brings its own scratch. */
export function addRun(module: ModuleBuilder, name: string, oneTask: Callee, taskBytes: number, shared: boolean): void {
  const f = new FunctionBody();
  const { tasks, count, next, scratch } = f.parameters({ tasks: "i32", count: "i32", next: "i32", scratch: "i32" });
  const index = f.local("i32");
  f.loop((again) => {
    f.set(index, shared ? atomicAdd(next, 1) : i32.load(next));
    if (!shared) f.emit(i32.store(next, i32.add(index, 1)));
    f.if(i32.lt_s(index, count), () => {
      f.call(oneTask, address(tasks, 0, index, taskBytes), scratch);
      f.branch(again);
    });
  });
  module.add(f, name);
}
