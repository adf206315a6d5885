/** The program of a worker as text: what `serveTasks` is in JavaScript, and the lines of `worker.ts` that call it. It is written out because the text of a
 *  function is whatever a bundler made of it: names kept by a helper, counters of a coverage tool, neither of which a worker has. */
export const workerSource: string = `
function serveTasks(start) {
  const { memory, control, words, gateClosed, index, maximumKernels } = start;
  const kernels = new Map();
  let seen = Atomics.load(control, words.job);
  Atomics.add(control, words.ready, 1);
  for (;;) {
    Atomics.wait(control, words.job, seen);
    seen = Atomics.load(control, words.job);
    if ((Atomics.add(control, words.gate, 1) & gateClosed) === 0) {
      try {
        const id = control[words.kernel];
        let kernel = kernels.get(id);
        if (!kernel) {
          const first = control[words.bytes] >>> 0;
          const end = first + control[words.length];
          while (memory.buffer.byteLength < end);
          const bytes = new Uint8Array(memory.buffer).slice(first, end);
          kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
            fovea: { memory },
            Math: Math,
          });
          kernels.set(id, kernel);
          if (kernels.size > maximumKernels) kernels.delete(kernels.keys().next().value);
        }
        const run = Object.values(kernel.exports)[control[words.entry]];
        const scratch = control[words.scratch] + index * control[words.scratchStride];
        run(control[words.tasks], control[words.count], control[words.next], scratch);
      } catch {
        Atomics.store(control, words.failed, 1);
      }
    }
    if (Atomics.sub(control, words.gate, 1) === gateClosed + 1) Atomics.notify(control, words.gate);
  }
}
const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) serveTasks(node.workerData);
else addEventListener("message", (event) => serveTasks(event.data));
`;
