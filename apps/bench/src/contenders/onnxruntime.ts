import { sizeOf } from "@fovea/tensor";
import type * as Native from "onnxruntime-node";
import { fillRandom, seeds } from "../fill-random.ts";
import { pickOutput } from "../prepared.ts";
import type { Prepared } from "../prepared.ts";
import { booleanMask } from "./boolean-mask.ts";
import { headsFirst, lengthFirst } from "./head-order.ts";
import { attentionModel } from "./onnx-model.ts";
import type { Operator } from "./onnx-model.ts";
import type { AttentionWork } from "../work.ts";

/** What both builds of onnxruntime have in common. */
type Runtime = Pick<typeof Native, "InferenceSession" | "Tensor">;

/** onnxruntime's native code. */
export async function prepareOnnxRuntimeNode(work: AttentionWork, operator: Operator): Promise<Prepared> {
  return prepare(await import("onnxruntime-node"), "cpu", work, operator);
}

/** onnxruntime in WebAssembly, as browsers run it. */
export async function prepareOnnxRuntimeWeb(work: AttentionWork): Promise<Prepared> {
  const runtime = await import("onnxruntime-web");
  runtime.env.wasm.numThreads = 1;
  return prepare(runtime, "wasm", work, "Attention");
}

async function prepare(runtime: Runtime, provider: string, work: AttentionWork, operator: Operator): Promise<Prepared> {
  const model = attentionModel(work, operator);
  const session = await runtime.InferenceSession.create(model.bytes, {
    executionProviders: [provider],
    intraOpNumThreads: work.threads ?? 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds = Object.fromEntries(
    model.inputs.map(({ name, shape, order }) => {
      if (name === "last")
        return [name, new runtime.Tensor("int32", new Int32Array(shape[0]).fill(work.keys - 1), shape)];
      if (name === "total") return [name, new runtime.Tensor("int32", Int32Array.of(work.keys), shape)];
      if (name === "mask") return [name, new runtime.Tensor("bool", booleanMask(work), shape)];
      const values = fillRandom(new Float32Array(sizeOf(shape)), seeds[name]);
      return [name, new runtime.Tensor("float32", order === "lengthFirst" ? lengthFirst(values, work) : values, shape)];
    }),
  );
  const before = process.resourceUsage().maxRSS * 1024;
  let values = new Float32Array();
  return {
    run: async () => {
      const { output } = await session.run(feeds, ["output"]);
      values = output.data as Float32Array<ArrayBuffer>;
    },
    check: () => pickOutput(operator === "Attention" ? values : headsFirst(values, work)),
    figures: () => ({ residentBytes: process.resourceUsage().maxRSS * 1024 - before - values.byteLength }),
  };
}
