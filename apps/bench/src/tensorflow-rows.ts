import type { ProductWork } from "./contenders/product.ts";
import { bytesAtMost, fasterThan } from "./row.ts";
import type { Row } from "./row.ts";
import { operationsOf } from "./work.ts";
import type { AttentionWork } from "./work.ts";

/** What TensorFlow.js does by itself, and by Fovea's operation and products within it. */
export function tensorFlowRows(): Row[] {
  return [
    ...(["wasm", "cpu"] as const).flatMap((backend) => [512, 1024, 2048].map((keys) => operationRow(backend, keys))),
    productRow("transpose-a", "512³, first operand transposed", { size: 512, transposeA: true }),
    productRow("transpose-b", "512³, second operand transposed", { size: 512, transposeB: true }),
    productRow("batch", "8 × 512³", { size: 512, batch: 8 }),
    productRow("batch-transpose-b", "8 × 512³, second operand transposed", { size: 512, batch: 8, transposeB: true }),
    {
      id: "training",
      work: "a step of training on 64 digits: 2 layers, 49 patches, width 32",
      job: { contender: "training", work: "fovea" },
      rivals: [{ name: "tfjs wasm", job: { contender: "training", work: "tensorflow" } }],
      targets: [fasterThan("tfjs wasm", 4)],
      limitedBy: "TensorFlow.js's own operations between products and attention",
      seconds: 15,
    },
  ];
}

/** Two heads of 64, so that TensorFlow.js's own takes seconds and not minutes. */
function operationRow(backend: "wasm" | "cpu", keys: number): Row {
  const work: AttentionWork = { heads: 2, headDim: 64, keys, mask: "none", gradients: true };
  const rival = `tfjs ${backend}` as const;
  return {
    id: `adapter-${backend}-${keys}`,
    work: `tf.grads of attention on ${backend}, 2 heads, ${keys.toLocaleString("en")} × ${keys.toLocaleString("en")}`,
    job: { contender: `adapter ${backend}`, work },
    rivals: [{ name: rival, job: { contender: rival, work }, slow: true }],
    operations: operationsOf(work),
    // so much at every length: what one matrix of scores of both heads takes at 2,560, and TensorFlow.js keeps several
    targets: [fasterThan(rival, 15), bytesAtMost(keys * bytesPerKey, `≤ ${bytesPerKey / 1024} KiB a key`)],
    limitedBy: "five matrix products where forward has two, and scores computed twice",
    bytes: ({ wasmBytes }) => wasmBytes,
    seconds: backend === "cpu" ? 4 + keys / 64 : 4 + keys / 128,
  };
}

const bytesPerKey = 20_480;

function productRow(id: string, text: string, work: Omit<ProductWork, "kernel">): Row {
  const rival = "tfjs wasm";
  const operations = 2 * (work.batch ?? 1) * work.size ** 3;
  return {
    id: `product-${id}`,
    work: `tf.matMul on wasm, ${text}`,
    job: { contender: "product", work: { ...work, kernel: "fovea" } },
    rivals: [{ name: rival, job: { contender: "product", work: { ...work, kernel: "tensorflow" } } }],
    limit: { of: "microkernel", amount: operations },
    operations,
    targets: [fasterThan(rival, 20)],
    limitedBy: "packing, and copies between two memories",
    seconds: 20,
  };
}
