import onnxProto from "onnx-proto";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { fillRandom, seeds } from "../fill-random.ts";
import type { Prepared } from "../prepared.ts";
import { valueInfo } from "./onnx-model.ts";

const { onnx } = onnxProto;

/** Three matrices of 2.4 MB: they stay in caches, and packing them takes a small part of the time. */
const size = 768;

/** How fast native code multiplies here, on one thread and with vectors as wide as the processor has them: a run gives the milliseconds that a billion
 *  operations take. */
export async function prepareNativeProduct(): Promise<Prepared> {
  const float = onnx.TensorProto.DataType.FLOAT;
  const names = ["query", "key"] as const;
  const input = names.map((name) => valueInfo(name, [size, size], float));
  const output = [valueInfo("product", [size, size], float)];
  const node = [{ opType: "MatMul", input: names, output: ["product"] }];
  const graph = { name: "product", node, input, output };
  const model = { irVersion: 10, opsetImport: [{ domain: "", version: 23 }], graph };
  const bytes = onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const feeds = Object.fromEntries(
    names.map((name) => [
      name,
      new Tensor("float32", fillRandom(new Float32Array(size * size), seeds[name]), [size, size]),
    ]),
  );
  return {
    run: async () => {
      const start = performance.now();
      await session.run(feeds);
      return (performance.now() - start) / ((2 * size ** 3) / 1e9);
    },
  };
}
