import { sinusoidalPositions } from "@fovea/embedding";
import type { MultiHeadAttentionWeights, Projection } from "@fovea/multi-head-attention";
import { slice, transpose, type Tensor } from "@fovea/tensor";
import type {
  DecoderWeights,
  EncoderWeights,
  FeedForwardWeights,
  Normalization,
  TokenEmbedding,
} from "@fovea/transformer";
import { UserError } from "@fovea/command-line";

const layers = 6;
const dim = 32;
/** Letters of the longest name, and then some. */
const positions = 256;

/** CTranslate2's variables as the weights of an encoder and a decoder: matrices are kept `[out, in]` there, and query, key and value are one.
 *  @throws {UserError} when a variable is missing or misshapen */
export function transliteratorWeights(variables: ReadonlyMap<string, Tensor>): {
  readonly encoder: EncoderWeights;
  readonly decoder: DecoderWeights;
} {
  const find = (name: string, ...shape: readonly (number | null)[]): Tensor => {
    const found = variables.get(name);
    if (!found) throw new UserError(`The model file lacks the variable ${name}.`);
    if (
      found.shape.length === shape.length &&
      shape.every((size, axis) => (size ?? found.shape[axis]) === found.shape[axis])
    )
      return found;
    const expected = shape.map((size) => size ?? "any").join(", ");
    throw new UserError(`The model file's ${name} must have shape [${expected}], got [${found.shape.join(", ")}].`);
  };
  const normalization = (name: string): Normalization => ({
    kind: "layer",
    scale: find(`${name}/gamma`, dim),
    bias: find(`${name}/beta`, dim),
  });
  /** Rows `from … to - 1` of a linear layer. */
  const linear = (name: string, rows: number | null, [from, to]: readonly [number, number?] = [0]): Projection => {
    const weight = find(`${name}/weight`, rows, null);
    const [all] = weight.shape as [number, number];
    const bias = find(`${name}/bias`, all);
    const range: [number, number] = [from, to ?? all];
    return { weight: transpose(slice(weight, [range])), bias: slice(bias, [range]) };
  };
  const selfAttention = (name: string): MultiHeadAttentionWeights => ({
    query: linear(`${name}/linear_0`, 3 * dim, [0, dim]),
    key: linear(`${name}/linear_0`, 3 * dim, [dim, 2 * dim]),
    value: linear(`${name}/linear_0`, 3 * dim, [2 * dim, 3 * dim]),
    output: linear(`${name}/linear_1`, dim),
  });
  const crossAttention = (name: string): MultiHeadAttentionWeights => ({
    query: linear(`${name}/linear_0`, dim),
    key: linear(`${name}/linear_1`, 2 * dim, [0, dim]),
    value: linear(`${name}/linear_1`, 2 * dim, [dim, 2 * dim]),
    output: linear(`${name}/linear_2`, dim),
  });
  const feedForward = (name: string): FeedForwardWeights => ({
    expand: linear(`${name}/linear_0`, null),
    contract: linear(`${name}/linear_1`, dim),
    activation: "relu",
  });
  const embedding = (side: string): TokenEmbedding => ({
    tokens: find(`${side}/embeddings/weight`, null, dim),
    scale: Math.sqrt(dim),
    positions: sinusoidalPositions({ positions, dim, start: 1, layout: "halves", timescales: "tensor2tensor" }),
  });
  const encoderLayer = (name: string): EncoderWeights["layers"][number] => ({
    attention: selfAttention(`${name}/self_attention`),
    attentionNormalization: normalization(`${name}/self_attention/layer_norm`),
    feedForward: feedForward(`${name}/ffn`),
    feedForwardNormalization: normalization(`${name}/ffn/layer_norm`),
  });
  return {
    encoder: {
      embedding: embedding("encoder"),
      layers: layersOf("encoder", encoderLayer),
      normalization: normalization("encoder/layer_norm"),
    },
    decoder: {
      embedding: embedding("decoder"),
      layers: layersOf("decoder", (name) =>
        Object.assign(encoderLayer(name), {
          crossAttention: crossAttention(`${name}/attention`),
          crossAttentionNormalization: normalization(`${name}/attention/layer_norm`),
        }),
      ),
      normalization: normalization("decoder/layer_norm"),
      head: linear("decoder/projection", null),
    },
  };
}

function layersOf<L>(side: string, make: (name: string) => L): L[] {
  return Array.from({ length: layers }, (_, layer) => make(`${side}/layer_${layer}`));
}
