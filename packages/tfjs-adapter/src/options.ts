import type { AttentionOptions as CoreOptions, Backend } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";
import type { Tensor as TfTensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";

/** What a table holds: a tensor of TensorFlow.js (a `tf.Variable` is one: gradients flow to it), or a plain one, which is a constant. */
export type TableSource = TfTensor | Tensor;

/** What attention on tensors of TensorFlow.js can be told; everything not listed here is as in `@fovea/dot-product-attention`. */
export interface AttentionOptions extends Omit<
  CoreOptions,
  "sinks" | "tables" | "past" | "returns" | "backend" | "blockMask"
> {
  /** `[heads]`, float32: the learned scores of "softmaxWithSink". */
  readonly sinks?: Tensor1D | Tensor | null | undefined;
  /** Tables by name, instead of those the programs came with. */
  readonly tables?:
    | {
        readonly score?: Readonly<Record<string, TableSource>> | undefined;
        readonly mask?: Readonly<Record<string, TableSource>> | undefined;
        readonly probability?: Readonly<Record<string, TableSource>> | undefined;
      }
    | undefined;
  /** Cached keys and values, put before `key` and `value`: `[batch, keyHeads, pastKeys, …]`. */
  readonly past?: { readonly key: Tensor4D; readonly value: Tensor4D } | null | undefined;
  /** "fused": one kernel of a Fovea backend, never a queries × keys matrix; there on the backends cpu and wasm. "composite": operations of
   *  TensorFlow.js, on every backend. Default "auto": fused where it is there. Results and gradients are the same. */
  readonly kernels?: "auto" | "fused" | "composite" | undefined;
  /** What runs fused kernels; default what `setAttentionBackend` set, else WebAssembly where it may be compiled, else plain loops. */
  readonly backend?: Backend | undefined;
}

/** Names an option may have; anything else is a slip of the pen and refused. */
export const optionNames: Readonly<Record<keyof AttentionOptions, true>> = {
  score: true,
  mask: true,
  probability: true,
  scale: true,
  normalizer: true,
  sinks: true,
  tables: true,
  queryOffset: true,
  queryLengths: true,
  keyLengths: true,
  past: true,
  kernels: true,
  backend: true,
};
