import type { Projection } from "@fovea/multi-head-attention";
import { readValues, reshape, slice, tensor, transpose, type Tensor } from "@fovea/tensor";
import type { DecoderWeights, EncoderWeights, Normalization } from "@fovea/transformer";
import type { OnnxFile } from "@fovea/weights/onnx";
import { weightReader, type WeightReader } from "./weight-reader.ts";

/** Moonshine tiny (Jeffries et al. 2024, "Moonshine: Speech Recognition for Live Transcription and Voice Commands"). */
export const sizes = { dim: 288, heads: 8, rotaryDim: 32, layers: 6, hidden: 1152, vocabulary: 32768 } as const;
const { dim, layers, hidden, vocabulary } = sizes;

/** A convolution over time, its weight as a matrix `[length × channels, out]`. */
export interface Convolution extends Projection {
  readonly length: number;
  readonly step: number;
}

/** What turns samples into vectors, see `sound-vectors.ts`. */
export interface SoundWeights {
  readonly first: Convolution;
  readonly second: Convolution;
  readonly third: Convolution;
}

export interface EncoderParts {
  readonly sound: SoundWeights;
  readonly encoder: EncoderWeights;
}

/** The weights in `encoder_model.onnx`, as floats.
 *  @throws {UserError} when a weight is missing or misshapen
 *  @throws {WeightFileError} when its numbers cannot be read */
export async function readEncoder(file: OnnxFile): Promise<EncoderParts> {
  const read = weightReader(file);
  const second = await convolution(read, "conv2", [2 * dim, dim, 7], 3);
  const groupScale = await read.ofNode("/groupnorm/Mul", [dim, 1]);
  const groupBias = await read.ofNode("/groupnorm/Add", [dim, 1]);
  return {
    sound: {
      first: await convolution(read, "conv1", [dim, 1, 127], 64),
      second: foldIn(second, groupScale, groupBias, await read.find("conv2.bias", [2 * dim])),
      third: {
        ...(await convolution(read, "conv3", [dim, 2 * dim, 3], 2)),
        bias: await read.find("conv3.bias", [dim]),
      },
    },
    encoder: {
      layers: await eachLayer(async (layer) => {
        const name = `layers.${layer}`;
        return {
          attention: await read.attention(`/${name}/self_attn`, dim),
          attentionNormalization: await read.normalization(`${name}.input_layernorm.weight`, dim),
          feedForward: {
            expand: await read.projection(`/${name}/mlp/fc1`, dim, hidden, `${name}.mlp.fc1.bias`),
            contract: await read.projection(`/${name}/mlp/fc2`, hidden, dim, `${name}.mlp.fc2.bias`),
            activation: "gelu",
          },
          feedForwardNormalization: await read.normalization(`${name}.post_attention_layernorm.weight`, dim),
        };
      }),
      normalization: await read.normalization("layer_norm.weight", dim),
    },
  };
}

/** The weights in `decoder_model_merged.onnx`, as floats; `_merged_0` is what was added to the names when the first and the later steps became one file.
 *  @throws {UserError} when a weight is missing or misshapen
 *  @throws {WeightFileError} when its numbers cannot be read */
export async function readDecoder(file: OnnxFile): Promise<DecoderWeights> {
  const read = weightReader(file);
  const tokens = "model.decoder.embed_tokens.weight_merged_0";
  return {
    embedding: { tokens: await read.table(tokens, `${tokens}_zero_point`, vocabulary, dim) },
    layers: await eachLayer(async (layer) => {
      const node = `/model/decoder/layers.${layer}`;
      const name = `model.decoder.layers.${layer}`;
      const normal = (part: string): Promise<Normalization> =>
        read.normalization(`${name}.${part}.weight_merged_0`, dim);
      const up = await read.projection(`${node}/mlp/up_proj`, dim, 2 * hidden, `${name}.mlp.up_proj.bias_merged_0`);
      const down = await read.projection(`${node}/mlp/down_proj`, hidden, dim, `${name}.mlp.down_proj.bias_merged_0`);
      return {
        attention: await read.attention(`${node}/self_attn`, dim),
        attentionNormalization: await normal("input_layernorm"),
        crossAttention: await read.attention(`${node}/encoder_attn`, dim),
        crossAttentionNormalization: await normal("post_attention_layernorm"),
        feedForward: {
          expand: columns(up, [0, hidden]),
          gate: columns(up, [hidden, 2 * hidden]),
          contract: down,
          activation: "silu",
        },
        feedForwardNormalization: await normal("final_layernorm"),
      };
    }),
    normalization: await read.normalization("model.decoder.norm.weight_merged_0", dim),
    // tied to the embedding; in bytes, because every step reads all of it
    head: await read.head(tokens, `${tokens}_zero_point`, vocabulary, dim),
  };
}

/** @param shape `[out, channels, length]` as stored, int8 with a scale and a float to add */
async function convolution(
  read: WeightReader,
  name: string,
  shape: readonly [number, number, number],
  step: number,
): Promise<Convolution> {
  const stored = readValues(await read.find(`${name}.weight_quantized`, shape));
  const [scale] = readValues(await read.find(`${name}.weight_scale`, [1]));
  const [zero] = readValues(await read.find(`${name}.weight_zero_point`, [1]));
  const [out, channels, length] = shape;
  const floats = new Float32Array(stored.length);
  for (let i = 0; i < floats.length; i++) floats[i] = stored[i] * scale + zero;
  const numbers = tensor(floats, { shape });
  return { weight: reshape(transpose(numbers, [2, 1, 0]), [length * channels, out]), length, step };
}

/** A scale and a bias per channel that come before a convolution, as part of it. */
function foldIn(convolution: Convolution, scale: Tensor, bias: Tensor, ownBias: Tensor): Convolution {
  const numbers = Float32Array.from(readValues(convolution.weight));
  const [scales, biases] = [readValues(scale), readValues(bias)];
  const sums = Float32Array.from(readValues(ownBias));
  const out = sums.length;
  for (let i = 0; i < numbers.length; i++) {
    const channel = Math.floor(i / out) % scales.length;
    sums[i % out] += numbers[i] * biases[channel];
    numbers[i] *= scales[channel];
  }
  return { ...convolution, weight: tensor(numbers, { shape: convolution.weight.shape }), bias: tensor(sums) };
}

function columns({ weight, bias }: Projection, range: readonly [number, number]): Projection {
  return { weight: slice(weight, [null, range]), ...(bias && { bias: slice(bias, [range]) }) };
}

/** One layer after another: side by side, the integers of all would be held at once. */
async function eachLayer<L>(read: (layer: number) => Promise<L>): Promise<L[]> {
  const made: L[] = [];
  for (let layer = 0; layer < layers; layer++) made.push(await read(layer));
  return made;
}
