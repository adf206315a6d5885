import { serveTasks, type WorkerStart } from "./worker-loop.ts";
import { nodeModule, type NodeWorkerThreads } from "../node-module.ts";

/** The file that `createWasmBackend({ workerUrl })` needs where workers may not start from a Blob URL. It takes tasks until it is terminated. */
const node = nodeModule<NodeWorkerThreads>("node:worker_threads");
if (node) serveTasks(node.workerData as WorkerStart);
else globalThis.addEventListener("message", (event) => serveTasks((event as MessageEvent<WorkerStart>).data));
