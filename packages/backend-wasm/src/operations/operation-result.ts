import { tensor, type Tensor } from "@fovea/tensor";
import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { allocateTensor, type WasmTensor } from "../memory/wasm-tensor.ts";
import { denseStrides, type PlacedTensor, sizeOf } from "./placed-rows.ts";

/** Where an operation writes its result: a tensor in the memory, or a borrowed block that is copied out at the end. */
export class OperationResult {
  readonly placed: PlacedTensor;
  readonly #heap: Heap;
  readonly #tensor: WasmTensor | null;

  constructor(heap: Heap, borrowed: Borrowed, shape: readonly number[], resident: boolean) {
    this.#heap = heap;
    this.#tensor = resident ? allocateTensor(heap, shape, "float32") : null;
    const address = this.#tensor?.address ?? borrowed.allocate(sizeOf(shape) * 4);
    this.placed = { address, shape, strides: denseStrides(shape) };
  }

  finish(): Tensor {
    const { address, shape } = this.placed;
    return this.#tensor ?? tensor(this.#heap.f32.slice(address / 4, address / 4 + sizeOf(shape)), { shape });
  }

  abandon(): void {
    this.#tensor?.dispose();
  }
}
