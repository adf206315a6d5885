import type { Operand } from "@fovea/block-operations";
import type { CacheOptions } from "@fovea/multi-head-attention";
import type { Tensor } from "@fovea/tensor";
import type { LayerResult } from "./layer.ts";

export interface SessionOptions<T extends Operand = Tensor> {
  /** What an encoder gave, `[batch, keys, dim]`: needed where layers have cross-attention. */
  readonly memory?: Tensor;
  /** Vectors of each sequence in `memory`, `[batch]`; default all. */
  readonly memoryLengths?: ArrayLike<number>;
  /** How each layer keeps its keys and values, where the backend computes: capacity, window with sinks, storage; default growing. The encoder's are stored
   *  the same way. */
  readonly cache?: Omit<CacheOptions<T>, "backend">;
  /** Called after each layer, while what it computed is alive. */
  readonly observe?: (layer: number, result: LayerResult<T>) => void;
}
