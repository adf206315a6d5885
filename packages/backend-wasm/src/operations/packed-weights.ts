import type { LinearWeight } from "@fovea/block-operations";
import { readValues, type Tensor } from "@fovea/tensor";
import type { Heap } from "../memory/heap.ts";
import { panelWidth } from "../products/microkernel.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { placeTensor, type PlacedTensor } from "./placed-rows.ts";
import type { TaskList } from "../records/task-list.ts";

/** A right operand in panels of 8 columns, as product tasks read it. */
export interface PackedWeight {
  readonly address: number;
  readonly panelStride: number;
  readonly weightBytes: 1 | 4;
  /** float32 per column; 0 when all are 1. */
  readonly scale: number;
}

const panelsOf = (columns: number): number => Math.ceil(columns / panelWidth);

/** Bytes of the panels of a matrix. */
export const packedBytes = (inner: number, columns: number, weightBytes: number): number =>
  panelsOf(columns) * panelWidth * inner * weightBytes;

/** Columns that one task packs. */
const packTile = 64;

/** Adds the tasks that bring one matrix `[inner, columns]` of a placed operand into panels at `target`. */
export function packTasks(tasks: TaskList, operand: PlacedTensor, offset: number, target: number): PackedWeight {
  const [inner, columns] = operand.shape.slice(-2) as [number, number];
  const [sourceStride, columnStride] = operand.strides.slice(-2) as [number, number];
  const panelStride = inner * panelWidth * 4;
  for (let first = 0; first < columns; first += packTile) {
    tasks.add("pack", {
      source: operand.address + offset + first * columnStride,
      sourceStride,
      target: target + (first / panelWidth) * panelStride,
      panelStride,
      depth: inner,
      columns: Math.min(packTile, columns - first),
      columnStride,
    });
  }
  return { address: target, panelStride, weightBytes: 4, scale: 0 };
}

/** A weight in panels, in a block that `allocate` gives: floats by tasks, quantized ones here, a byte a number.
 *  @param runTasks packs what has been added to the list it gets */
export function packWeight(
  heap: Heap,
  borrowed: Borrowed,
  weight: LinearWeight,
  allocate: (bytes: number) => number,
  runTasks: (build: (tasks: TaskList) => void) => void,
): PackedWeight {
  if (!("values" in weight)) {
    const [inner, columns] = weight.shape as [number, number];
    const operand = placeTensor(heap, borrowed, weight);
    const address = allocate(packedBytes(inner, columns, 4));
    runTasks((tasks) => packTasks(tasks, operand, 0, address));
    return { address, panelStride: inner * panelWidth * 4, weightBytes: 4, scale: 0 };
  }
  const [inner, columns] = weight.values.shape as [number, number];
  const values = readValues(weight.values);
  const scales = readValues(weight.scale);
  const panelBytes = Math.ceil(packedBytes(inner, columns, 1) / 4) * 4;
  const address = allocate(panelBytes + panelsOf(columns) * panelWidth * 4);
  const bytes = heap.u8;
  for (let row = 0; row < inner; row++) {
    for (let column = 0; column < columns; column++) {
      const panel = column >> 3;
      bytes[address + (panel * inner + row) * panelWidth + (column & 7)] = values[row * columns + column] - 128;
    }
  }
  heap.f32.set(scales, (address + panelBytes) / 4);
  return { address, panelStride: inner * panelWidth, weightBytes: 1, scale: address + panelBytes };
}

/** The tensor by which a weight is found again. */
const keyOf = (weight: LinearWeight): Tensor => ("values" in weight ? weight.values : weight);

/** Weights that stay in panels until they are disposed of or nobody has the tensor any more. */
export class PreparedWeights {
  readonly #heap: Heap;
  readonly #packed = new WeakMap<Tensor, PackedWeight>();
  readonly #live = new Set<number>();
  readonly #registry: FinalizationRegistry<number>;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#registry = new FinalizationRegistry((address) => this.#free(address));
  }

  find(weight: LinearWeight): PackedWeight | undefined {
    return this.#packed.get(keyOf(weight));
  }

  /** @returns what releases it */
  keep(weight: LinearWeight, packed: PackedWeight): () => void {
    const key = keyOf(weight);
    const { address } = packed;
    this.#forget(key);
    this.#packed.set(key, packed);
    this.#live.add(address);
    this.#registry.register(key, address, packed);
    const held = new WeakRef(key);
    return () => {
      const present = held.deref();
      if (present && this.#packed.get(present) === packed) this.#forget(present);
    };
  }

  #forget(key: Tensor): void {
    const packed = this.#packed.get(key);
    if (!packed) return;
    this.#packed.delete(key);
    this.#registry.unregister(packed);
    this.#free(packed.address);
  }

  #free(address: number): void {
    if (this.#live.delete(address)) this.#heap.free(address);
  }
}
