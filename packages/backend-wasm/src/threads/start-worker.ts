import { nodeModule, type NodeWorkerThreads } from "../node-module.ts";
import type { WorkerStart } from "./worker-loop.ts";
import { workerSource } from "./worker-source.ts";

export interface RunningWorker {
  terminate(): void;
}

/** Starts a worker that does not keep the process alive: from text made here, or from `url` where the page's policy forbids Blob workers.
 *  @param ended called once when it could not start or has ended for whatever reason */
export function startWorker(start: WorkerStart, url: string | URL | null, ended: () => void): RunningWorker {
  const node = nodeModule<NodeWorkerThreads>("node:worker_threads");
  if (node) {
    const worker = new node.Worker(url === null ? workerSource : new URL(url), {
      eval: url === null,
      workerData: start,
      execArgv: [],
    });
    worker.on("error", ended);
    worker.on("exit", ended);
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const blob = url === null ? URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" })) : null;
  const worker = blob === null ? new Worker(url as string | URL, { type: "module" }) : new Worker(blob);
  worker.addEventListener("error", ended);
  worker.addEventListener("messageerror", ended);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- workers have none
  worker.postMessage(start);
  return {
    terminate: () => {
      worker.terminate();
      if (blob !== null) URL.revokeObjectURL(blob);
    },
  };
}
