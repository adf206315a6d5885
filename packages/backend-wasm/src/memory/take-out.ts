import { sizeOf, tensor, type Tensor } from "@fovea/tensor";
import type { Heap } from "./heap.ts";
import type { WasmTensor } from "./wasm-tensor.ts";

/** A copy outside the memory, for callers whose tensors live there too. */
export function takeOut(heap: Heap, source: WasmTensor, dtype: "float32" | "float64" = "float32"): Tensor {
  const first = source.address / 4;
  return tensor(heap.f32.slice(first, first + sizeOf(source.shape)), { shape: source.shape, dtype });
}
