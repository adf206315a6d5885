import { add, mean, mul, rsqrt, scalar, square, sub } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { initializers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import type { AddWeight } from "./add-weight.ts";

/** "layer": mean 0, variance 1, scale `gamma` and offset `beta` (Ba et al. 2016). "rms": mean square 1, `scale` (Zhang & Sennrich 2019). */
export type Normalization = (typeof normalizations)[number];

const normalizations = ["layer", "rms"] as const;

/** Normalizes the last axis of vectors. Its weights belong to the layer that builds it. */
export class NormBlock {
  readonly #kind: Normalization;
  readonly #epsilon: number;
  #scale: LayerVariable | null = null;
  #offset: LayerVariable | null = null;

  /** @throws {AdapterError} for another kind, or an epsilon that would make the size of a vector NaN */
  constructor(who: string, kind: Normalization, epsilon: number) {
    if (!normalizations.includes(kind)) {
      throw new AdapterError(
        `${who}: expected a normalization among ${normalizations.join(", ")}, got "${String(kind)}".`,
      );
    }
    if (!(Number.isFinite(epsilon) && epsilon >= 0)) {
      throw new AdapterError(
        `${who}: expected the epsilon of its normalization to be a finite number of at least 0, got ${String(epsilon)}.`,
      );
    }
    this.#kind = kind;
    this.#epsilon = epsilon;
  }

  /** @param prefix of the weights' names, with its slash */
  build(addWeight: AddWeight, dim: number, prefix: string): void {
    const isLayer = this.#kind === "layer";
    this.#scale = addWeight(`${prefix}${isLayer ? "gamma" : "scale"}`, [dim], initializers.ones());
    this.#offset = isLayer ? addWeight(`${prefix}beta`, [dim], initializers.zeros()) : null;
  }

  call(x: Tensor): Tensor {
    const centred = this.#kind === "layer" ? sub(x, mean(x, -1, true)) : x;
    const size = rsqrt(add(mean(square(centred), -1, true), scalar(this.#epsilon)));
    const normal = mul(centred, size);
    const scaled = this.#scale ? mul(normal, this.#scale.read()) : normal;
    return this.#offset ? add(scaled, this.#offset.read()) : scaled;
  }
}
