import { MultiHeadAttention, RMSNormalization, type LookOptions } from "@fovea/tfjs-adapter/layers";
import { initializers, layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";

export interface BlockOptions {
  /** Prefix of the layers' names. */
  readonly name: string;
  readonly heads: number;
  readonly width: number;
  readonly seed: number;
  readonly look: LookOptions;
}

/** A pre-norm transformer layer from parts, so that its attention can be looked at: `x + attention(norm(x))`, then `x + network(norm(x))`.
 *  @param x `[batch, tokens, width]`
 *  @returns `[batch, tokens, width]` */
export function transformerBlock(x: SymbolicTensor, options: BlockOptions): SymbolicTensor {
  const { name, heads, width, seed, look } = options;
  const norm = (input: SymbolicTensor, part: string): SymbolicTensor =>
    new RMSNormalization({ name: `${name}_${part}` }).apply(input) as SymbolicTensor;
  const dense = (units: number, part: string, step: number): ReturnType<typeof layers.dense> =>
    layers.dense({
      units,
      name: `${name}_${part}`,
      kernelInitializer: initializers.glorotUniform({ seed: seed + step }),
    });

  const attention = new MultiHeadAttention({
    name: `${name}_attention`,
    numHeads: heads,
    keyDim: width / heads,
    seed,
    ...look,
  });
  const seen = attention.apply(norm(x, "attention_norm")) as SymbolicTensor;
  const attended = layers.add({ name: `${name}_attended` }).apply([x, seen]) as SymbolicTensor;
  const hidden = dense(4 * width, "expand", 10).apply(norm(attended, "network_norm")) as SymbolicTensor;
  const active = layers.reLU({ name: `${name}_active` }).apply(hidden) as SymbolicTensor;
  const changed = dense(width, "shrink", 11).apply(active) as SymbolicTensor;
  return layers.add({ name: `${name}_output` }).apply([attended, changed]) as SymbolicTensor;
}
