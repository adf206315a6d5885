import { enableWideVectors } from "@fovea/backend-wasm";
import type { EncoderWork } from "./contenders/encoder.ts";
import type { FirstCall } from "./contenders/first-call.ts";
import type { ListenWork } from "./contenders/listen.ts";
import type { Limit } from "./contenders/meter.ts";
import type { ProductWork } from "./contenders/product.ts";
import type { TrainingKernels } from "./contenders/training.ts";
import type { Prepared } from "./prepared.ts";
import type { AttentionWork } from "./work.ts";

/** What a contender's process is told to do: plain data. */
export type Job = Work & {
  /** Whether V8 may use vectors of 256 bits in the process; default: for Fovea, which enables them, and for the limits, which are its own, and not for
   *  others, which run as they are without it. */
  readonly wide?: boolean;
};

type Work =
  | { readonly contender: AttentionContender; readonly work: AttentionWork }
  | { readonly contender: "meter"; readonly work: Limit }
  | { readonly contender: "native-product" }
  | { readonly contender: "first-call"; readonly work: FirstCall }
  | { readonly contender: "compile" }
  | { readonly contender: "accuracy" }
  | { readonly contender: "block-mask"; readonly work: "window" | "documents" }
  | { readonly contender: "encoder"; readonly work: EncoderWork }
  | { readonly contender: "listen"; readonly work: ListenWork }
  | { readonly contender: "stories" }
  | { readonly contender: "product"; readonly work: ProductWork }
  | { readonly contender: "training"; readonly work: TrainingKernels };

export type AttentionContender =
  | "fovea"
  | "onnxruntime-node"
  | "onnxruntime-node flash"
  | "onnxruntime-node grouped"
  | "onnxruntime-web"
  | "tfjs wasm"
  | "tfjs cpu"
  | "adapter wasm"
  | "adapter cpu"
  | "jax-js";

/** Loads the contender, and only that one, and gets its inputs ready. */
export async function prepareJob(job: Job): Promise<Prepared> {
  if (job.wide ?? isOurs(job)) enableWideVectors();
  switch (job.contender) {
    case "fovea":
      return (await import("./contenders/fovea.ts")).prepareFovea(job.work);
    case "onnxruntime-node":
      return (await import("./contenders/onnxruntime.ts")).prepareOnnxRuntimeNode(job.work, "Attention");
    case "onnxruntime-node flash":
      return (await import("./contenders/onnxruntime.ts")).prepareOnnxRuntimeNode(job.work, "MultiHeadAttention");
    case "onnxruntime-node grouped":
      return (await import("./contenders/onnxruntime.ts")).prepareOnnxRuntimeNode(job.work, "GroupQueryAttention");
    case "onnxruntime-web":
      return (await import("./contenders/onnxruntime.ts")).prepareOnnxRuntimeWeb(job.work);
    case "tfjs wasm":
      return (await import("./contenders/tensorflow.ts")).prepareTensorFlow(job.work, "wasm");
    case "tfjs cpu":
      return (await import("./contenders/tensorflow.ts")).prepareTensorFlow(job.work, "cpu");
    case "adapter wasm":
      return (await import("./contenders/adapter.ts")).prepareAdapter(job.work, "wasm");
    case "adapter cpu":
      return (await import("./contenders/adapter.ts")).prepareAdapter(job.work, "cpu");
    case "product":
      return (await import("./contenders/product.ts")).prepareProduct(job.work);
    case "training":
      return (await import("./contenders/training.ts")).prepareTraining(job.work);
    case "jax-js":
      return (await import("./contenders/jax.ts")).prepareJax(job.work);
    case "meter":
      return (await import("./contenders/meter.ts")).prepareMeter(job.work);
    case "native-product":
      return (await import("./contenders/native-product.ts")).prepareNativeProduct();
    case "first-call":
      return (await import("./contenders/first-call.ts")).prepareFirstCall(job.work);
    case "compile":
      return (await import("./contenders/compile.ts")).prepareCompile();
    case "accuracy":
      return (await import("./contenders/accuracy.ts")).prepareAccuracy();
    case "block-mask":
      return (await import("./contenders/block-mask.ts")).prepareBlockMask(job.work);
    case "encoder":
      return (await import("./contenders/encoder.ts")).prepareEncoder(job.work);
    case "listen":
      return (await import("./contenders/listen.ts")).prepareListen(job.work);
    case "stories":
      return (await import("./contenders/stories.ts")).prepareStories();
  }
}

function isOurs(job: Job): boolean {
  switch (job.contender) {
    case "onnxruntime-node":
    case "onnxruntime-node flash":
    case "onnxruntime-node grouped":
    case "onnxruntime-web":
    case "tfjs wasm":
    case "tfjs cpu":
    case "jax-js":
    case "native-product":
      return false;
    case "encoder":
      return job.work.runtime === "wasm";
    case "listen":
      return job.work.runtime === "fovea";
    case "product":
      return job.work.kernel === "fovea";
    case "training":
      return job.work === "fovea";
    default:
      return true;
  }
}
