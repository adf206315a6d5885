import type { RecordedStep } from "@fovea/dot-product-attention";
import { BackendError } from "../backend-error.ts";
import type { Heap } from "../memory/heap.ts";
import { holdScope } from "../memory/scope.ts";
import { isRecording, recordInto, StepRecorder } from "./step-recorder.ts";

/** Runs `body` once and keeps its tensors, its tasks and the order of its kernels.
 *  @throws {BackendError} within a body that is being recorded */
export function recordStep<R>(heap: Heap, body: () => R, check: () => void): RecordedStep<R> {
  if (isRecording(heap))
    throw new BackendError("record: a step is being recorded already. Record one after the other.");
  const recorder = new StepRecorder(heap);
  try {
    const { result, made } = holdScope(heap, () => recordInto(heap, recorder, body));
    let live = true;
    return {
      result,
      run() {
        check();
        if (!live) throw new BackendError("record: this step has been disposed of. Record another.");
        return recorder.run();
      },
      dispose() {
        if (!live) return;
        live = false;
        recorder.release();
        for (const tensor of made) tensor.dispose();
      },
    };
  } catch (error) {
    recorder.release();
    throw error;
  }
}
