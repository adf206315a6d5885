import { expect, test, vi } from "vitest";
import { FunctionBody, type Local, ModuleBuilder } from "@fovea/wasm-assembler";
import { BackendError } from "../backend-error.ts";
import { Heap } from "../memory/heap.ts";
import { nodeModule } from "../node-module.ts";
import { addRun } from "../records/run.ts";
import { canReachHighMemory, fillBelow, twoGiB } from "../testing/high-memory.ts";
import { type LoadedKernel, Threads, type ThreadOptions } from "./threads.ts";

const plenty = 1e9;

/** A heap of its own and threads over it, ended after `body`. */
async function withThreads(options: ThreadOptions, body: (heap: Heap, threads: Threads) => void): Promise<void> {
  const heap = new Heap({ shared: true, maximumBytes: 2 ** 24 });
  const threads = new Threads(heap, options);
  await threads.start();
  try {
    body(heap, threads);
  } finally {
    threads.dispose();
  }
}

const encode = (module: ModuleBuilder, heap: Heap): Uint8Array<ArrayBuffer> =>
  module.encode({ minimum: 1, maximum: heap.maximumPages, shared: true });

/** Tasks are single words, each counted up by 1. */
function countingKernel(heap: Heap, threads: Threads): LoadedKernel {
  const module = new ModuleBuilder();
  const f = new FunctionBody(["i32", "i32"]);
  f.get(f.parameter(0));
  f.i32(1);
  f.op("i32.atomic.rmw.add", 2, 0);
  f.op("drop");
  addRun(module, "count", module.add(f), 4, true);
  return threads.load(encode(module, heap), 64);
}

/** Tasks are single words: where the scratch memory of the thread is that took each. */
function scratchKernel(heap: Heap, threads: Threads, scratchBytes: number): LoadedKernel {
  const module = new ModuleBuilder();
  const f = new FunctionBody(["i32", "i32"]);
  f.get(f.parameter(0));
  f.get(f.parameter(1));
  f.memory("i32.store");
  addRun(module, "where", module.add(f), 4, true);
  return threads.load(encode(module, heap), scratchBytes);
}

/** Main thread and one worker meet at the words behind `tasks`; then the worker goes on with `fate`. */
function meetingKernel(heap: Heap, threads: Threads, fate: (f: FunctionBody, tasks: Local) => void): LoadedKernel {
  const module = new ModuleBuilder();
  const learn = new FunctionBody(["i32", "i32", "i32", "i32"]);
  learn.get(learn.parameter(0));
  learn.get(learn.parameter(3));
  learn.memory("i32.store");
  module.add(learn, "learn");
  const f = new FunctionBody(["i32", "i32", "i32", "i32"]);
  const [tasks, , , scratch] = [0, 1, 2, 3].map((index) => f.parameter(index));
  f.get(scratch);
  f.get(tasks);
  f.memory("i32.load");
  f.op("i32.eq");
  f.if(
    () => {
      f.op("loop", 0x40);
      f.address(tasks, 4);
      f.i32(0);
      f.op("i32.atomic.rmw.add", 2, 0);
      f.op("i32.eqz");
      f.op("br_if", 0);
      f.op("end");
    },
    () => {
      f.address(tasks, 4);
      f.i32(1);
      f.op("i32.atomic.rmw.add", 2, 0);
      f.op("drop");
      fate(f, tasks);
    },
  );
  module.add(f, "meet");
  return threads.load(encode(module, heap), 64);
}

/** The main thread finds out its scratch address, then meets the worker. */
function meet(heap: Heap, kernel: LoadedKernel): void {
  const tasks = heap.allocate(8);
  heap.i32.fill(0, tasks / 4, tasks / 4 + 2);
  kernel.run("learn", tasks, 1, 0);
  kernel.run("meet", tasks, 2, plenty);
}

const goAround = (f: FunctionBody): void => {
  f.op("loop", 0x40);
  f.op("br", 0);
  f.op("end");
};
const divideByZero = (f: FunctionBody): void => {
  f.i32(1);
  f.i32(0);
  f.op("i32.div_s");
  f.op("drop");
};

test("every task is taken exactly once, whoever takes it, run after run", async () => {
  await withThreads({ count: 3 }, (heap, threads) => {
    expect(threads.helpers).toBe(2);
    const kernel = countingKernel(heap, threads);
    const tasks = heap.allocate(1000 * 4);
    heap.i32.fill(0, tasks / 4, tasks / 4 + 1000);
    for (let run = 0; run < 200; run++) kernel.run("count", tasks, 1000, plenty);
    expect(new Set(heap.i32.subarray(tasks / 4, tasks / 4 + 1000))).toEqual(new Set([200]));
  });
});

test.each([2 ** 10, 2 ** 21])(
  "each thread has %d bytes of scratch memory to itself; what is much is given back",
  async (bytes) => {
    await withThreads({ count: 3 }, (heap, threads) => {
      const kernel = scratchKernel(heap, threads, bytes);
      const tasks = heap.allocate(1000 * 4);
      const before = heap.bytesHeld;
      kernel.run("where", tasks, 1000, plenty);
      expect(heap.bytesHeld).toBe(before);
      const [first, ...others] = new Set(heap.i32.slice(tasks / 4, tasks / 4 + 1000).sort());
      expect(first).toBeGreaterThan(0);
      for (const other of others) expect((other - first) % bytes).toBe(0);
    });
  },
);

test("workers see memory that grew after they started", async () => {
  await withThreads({ count: 2 }, (heap, threads) => {
    heap.allocate(2 ** 22);
    const kernel = countingKernel(heap, threads);
    const tasks = heap.allocate(1000 * 4);
    heap.i32.fill(0, tasks / 4, tasks / 4 + 1000);
    for (let run = 0; run < 20; run++) kernel.run("count", tasks, 1000, plenty);
    expect(new Set(heap.i32.subarray(tasks / 4, tasks / 4 + 1000))).toEqual(new Set([20]));
  });
});

test.skipIf(!canReachHighMemory)("kernels, tasks and the counter may lie beyond 2 GiB", async () => {
  const heap = new Heap({ shared: true });
  fillBelow(twoGiB, heap);
  const threads = new Threads(heap, { count: 2 });
  await threads.start();
  meet(
    heap,
    meetingKernel(heap, threads, () => {}),
  );
  const kernel = countingKernel(heap, threads);
  const tasks = heap.allocate(1000 * 4);
  heap.i32.fill(0, tasks / 4, tasks / 4 + 1000);
  for (let run = 0; run < 20; run++) kernel.run("count", tasks, 1000, plenty);
  expect(new Set(heap.i32.subarray(tasks / 4, tasks / 4 + 1000))).toEqual(new Set([20]));
  threads.dispose();
});

test("a worker takes part", async () => {
  await withThreads({ count: 2 }, (heap, threads) => {
    meet(
      heap,
      meetingKernel(heap, threads, () => {}),
    );
    expect(threads.helpers).toBe(1);
  });
});

test("a worker that never comes back gives an error, and one thread goes on", async () => {
  await withThreads({ count: 2, patience: 100 }, (heap, threads) => {
    expect(() => meet(heap, meetingKernel(heap, threads, goAround))).toThrow(BackendError);
    expect(threads.helpers).toBe(0);
    const tasks = heap.allocate(40);
    heap.i32.fill(0, tasks / 4, tasks / 4 + 10);
    countingKernel(heap, threads).run("count", tasks, 10, plenty);
    expect(Array.from(heap.i32.subarray(tasks / 4, tasks / 4 + 10))).toEqual(Array(10).fill(1));
  });
});

test("a kernel that fails on a worker gives an error", async () => {
  await withThreads({ count: 2 }, (heap, threads) => {
    expect(() => meet(heap, meetingKernel(heap, threads, divideByZero))).toThrow("a kernel failed on a worker");
    expect(threads.helpers).toBe(0);
  });
});

test("workers start from a file as well", async () => {
  await withThreads({ count: 2, workerUrl: new URL("worker.ts", import.meta.url) }, (heap, threads) => {
    expect(threads.helpers).toBe(1);
    meet(
      heap,
      meetingKernel(heap, threads, () => {}),
    );
  });
});

test("workers that cannot start leave the main thread to do the work, and that is said once", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await withThreads({ count: 2, workerUrl: new URL("missing.js", import.meta.url) }, (heap, threads) => {
    expect(threads.helpers).toBe(0);
    const tasks = heap.allocate(4);
    heap.i32[tasks / 4] = 0;
    countingKernel(heap, threads).run("count", tasks, 1, plenty);
    expect(heap.i32[tasks / 4]).toBe(1);
  });
  expect(warn.mock.calls.map(([line]) => line)).toEqual([expect.stringContaining("pass workerUrl")]);
  warn.mockRestore();
});

test("a backend that nobody holds any more ends its workers", () => {
  const index = new URL("../index.ts", import.meta.url).href;
  const program = `
    const { Worker } = await import("node:worker_threads");
    const { createWasmBackend } = await import(${JSON.stringify(index)});
    let ended = 0;
    const terminate = Worker.prototype.terminate;
    Worker.prototype.terminate = function () { ended += 1; return terminate.call(this); };
    await (async () => {
      const backend = createWasmBackend({ threads: 3 });
      await backend.startThreads();
      console.log(backend.threads);
    })();
    for (let turn = 0; turn < 200 && ended < 2; turn++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.log(ended);`;
  expect(runProgram(program, ["--expose-gc"])).toBe("3\n2\n");
});

test("a process ends by itself while its workers sleep, disposed of or not", () => {
  const index = new URL("../index.ts", import.meta.url).href;
  const program = `
    const { createWasmBackend } = await import(${JSON.stringify(index)});
    const kept = createWasmBackend({ threads: 2 });
    const ended = createWasmBackend({ threads: 2 });
    await Promise.all([kept.startThreads(), ended.startThreads()]);
    ended.dispose();
    console.log(kept.threads, ended.threads);`;
  expect(runProgram(program)).toBe("2 1\n");
});

/** What a program prints, run by a process of its own. */
function runProgram(program: string, flags: readonly string[] = []): string | undefined {
  const args = [...flags, "--input-type=module", "--eval", program];
  const node = nodeModule<{ execPath: string }>("node:process")?.execPath;
  const children = nodeModule<{ execFileSync(file?: string, args?: string[], options?: object): string }>(
    "node:child_process",
  );
  return children?.execFileSync(node, args, { encoding: "utf8", timeout: 40_000 });
}
