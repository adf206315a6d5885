import type { MultiHeadAttentionWeights, Projection } from "@fovea/multi-head-attention";
import { readValues, reshape, slice, tensor, transpose, type Tensor } from "@fovea/tensor";
import type { DecoderWeights, EncoderWeights, Normalization } from "@fovea/transformer";
import type { OnnxFile } from "@fovea/weights/onnx";
import { ListenError } from "./listen-error.ts";

/** Moonshine tiny (Jeffries et al. 2024, "Moonshine: Speech Recognition for Live Transcription and Voice Commands"). */
export const sizes = { dim: 288, heads: 8, rotaryDim: 32, layers: 6, hidden: 1152, vocabulary: 32768 } as const;
const { dim, layers, hidden, vocabulary } = sizes;

/** A convolution over time as a matrix: `[length × channels, out]`. */
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

/** The encoder's ONNX file as weights. Its matrices are uint8 with a scale and a zero point, its convolutions int8; they become float32.
 *  @throws {ListenError} when a weight is missing or misshapen
 *  @throws {WeightFileError} when its numbers cannot be read */
export async function readEncoder(
  file: OnnxFile,
): Promise<{ readonly sound: SoundWeights; readonly encoder: EncoderWeights }> {
  const { find, attention, normalization, projection } = reader(file);
  const convolution = async (
    name: string,
    shape: readonly [number, number, number],
    step: number,
  ): Promise<Convolution> => {
    const stored = readValues(await find(`${name}.weight_quantized`, shape));
    const [scale] = readValues(await find(`${name}.weight_scale`, [1]));
    const [zero] = readValues(await find(`${name}.weight_zero_point`, [1]));
    const [out, channels, length] = shape;
    const numbers = tensor(
      mapNumbers(stored, (value) => value * scale + zero),
      { shape },
    );
    // [out, channels, length] → [length × channels, out], the order in which frames hold their numbers
    const weight = reshape(transpose(numbers, [2, 1, 0]), [length * channels, out]);
    return { weight, length, step };
  };
  const groupScale = await find(file.nodes.find(({ name }) => name === "/groupnorm/Mul")?.inputs[1] ?? "", [dim, 1]);
  const groupBias = await find(file.nodes.find(({ name }) => name === "/groupnorm/Add")?.inputs[1] ?? "", [dim, 1]);
  const second = await convolution("conv2", [2 * dim, dim, 7], 3);
  const third = await convolution("conv3", [dim, 2 * dim, 3], 2);
  return {
    sound: {
      first: await convolution("conv1", [dim, 1, 127], 64),
      second: foldIn(second, groupScale, groupBias, await find("conv2.bias", [2 * dim])),
      third: { ...third, bias: await find("conv3.bias", [dim]) },
    },
    encoder: {
      layers: await inTurn(async (layer) => ({
        attention: await attention(`/layers.${layer}/self_attn`),
        attentionNormalization: await normalization(`layers.${layer}.input_layernorm.weight`),
        feedForward: {
          expand: await projection(`/layers.${layer}/mlp/fc1`, dim, hidden, `layers.${layer}.mlp.fc1.bias`),
          contract: await projection(`/layers.${layer}/mlp/fc2`, hidden, dim, `layers.${layer}.mlp.fc2.bias`),
          activation: "gelu",
        },
        feedForwardNormalization: await normalization(`layers.${layer}.post_attention_layernorm.weight`),
      })),
      normalization: await normalization("layer_norm.weight"),
    },
  };
}

/** The decoder's ONNX file as weights; `_merged_0` is what merging the first and the later steps into one file added to the names.
 *  @throws {ListenError} when a weight is missing or misshapen
 *  @throws {WeightFileError} when its numbers cannot be read */
export async function readDecoder(file: OnnxFile): Promise<DecoderWeights> {
  const { attention, normalization, projection, dequantized } = reader(file);
  const tokens = "model.decoder.embed_tokens.weight_merged_0";
  return {
    embedding: { tokens: await dequantized(tokens, `${tokens}_zero_point`, vocabulary, dim) },
    layers: await inTurn(async (layer) => {
      const nodes = `/model/decoder/layers.${layer}`;
      const names = `model.decoder.layers.${layer}`;
      const normal = (part: string): Promise<Normalization> => normalization(`${names}.${part}.weight_merged_0`);
      const up = await projection(`${nodes}/mlp/up_proj`, dim, 2 * hidden, `${names}.mlp.up_proj.bias_merged_0`);
      return {
        attention: await attention(`${nodes}/self_attn`),
        attentionNormalization: await normal("input_layernorm"),
        crossAttention: await attention(`${nodes}/encoder_attn`),
        crossAttentionNormalization: await normal("post_attention_layernorm"),
        feedForward: {
          expand: columns(up, [0, hidden]),
          gate: columns(up, [hidden, 2 * hidden]),
          contract: await projection(`${nodes}/mlp/down_proj`, hidden, dim, `${names}.mlp.down_proj.bias_merged_0`),
          activation: "silu",
        },
        feedForwardNormalization: await normal("final_layernorm"),
      };
    }),
    normalization: await normalization("model.decoder.norm.weight_merged_0"),
  };
}

function reader(file: OnnxFile) {
  const find = async (name: string, shape: readonly number[]): Promise<Tensor> => {
    if (!file.names.includes(name))
      throw new ListenError(`${file.file} is not Moonshine tiny: it lacks ${name || "the weights of a layer"}.`);
    const stored = file.info(name).shape;
    if (stored.length === shape.length && stored.every((size, axis) => size === shape[axis])) return file.tensor(name);
    throw new ListenError(
      `${file.file} is not Moonshine tiny: ${name} must have shape [${shape.join(", ")}], got [${stored.join(", ")}].`,
    );
  };
  /** `(stored - zero point) × scale`. */
  const dequantized = async (base: string, zeroPoint: string, rows: number, out: number): Promise<Tensor> => {
    const stored = readValues(await find(`${base}_quantized`, [rows, out]));
    const [zero] = readValues(await find(zeroPoint, []));
    const [scale] = readValues(await find(`${base}_scale`, []));
    return tensor(
      mapNumbers(stored, (value) => (value - zero) * scale),
      { shape: [rows, out] },
    );
  };
  /** The weight of a `MatMulInteger`, which has a number for a name: its node is found instead. */
  const matrix = async (node: string, rows: number, out: number): Promise<Tensor> => {
    const found = file.nodes.find(({ name, opType }) => opType === "MatMulInteger" && name === `${node}/MatMul_quant`);
    if (!found) throw new ListenError(`${file.file} is not Moonshine tiny: it lacks the node ${node}/MatMul_quant.`);
    return dequantized(found.inputs[1].replace(/_quantized$/, ""), found.inputs[3], rows, out);
  };
  return {
    find,
    dequantized,
    attention: async (node: string): Promise<MultiHeadAttentionWeights> => ({
      query: { weight: await matrix(`${node}/q_proj`, dim, dim) },
      key: { weight: await matrix(`${node}/k_proj`, dim, dim) },
      value: { weight: await matrix(`${node}/v_proj`, dim, dim) },
      output: { weight: await matrix(`${node}/dense`, dim, dim) },
    }),
    projection: async (node: string, rows: number, out: number, bias: string): Promise<Projection> => ({
      weight: await matrix(node, rows, out),
      bias: await find(bias, [out]),
    }),
    normalization: async (name: string): Promise<Normalization> => ({ kind: "layer", scale: await find(name, [dim]) }),
  };
}

/** A loop, because Float32Array.from takes twenty times as long for the millions of numbers here. */
function mapNumbers(numbers: ArrayLike<number>, change: (value: number) => number): Float32Array {
  const changed = new Float32Array(numbers.length);
  for (let i = 0; i < changed.length; i++) changed[i] = change(numbers[i]);
  return changed;
}

/** A scale and a bias per channel that come before a convolution, as part of it. */
function foldIn(convolution: Convolution, scale: Tensor, bias: Tensor, ownBias: Tensor): Convolution {
  const numbers = Float32Array.from(readValues(convolution.weight));
  const [scales, biases] = [readValues(scale), readValues(bias)];
  const sums = Float64Array.from(readValues(ownBias));
  const out = sums.length;
  for (let i = 0; i < numbers.length; i++) {
    const channel = Math.floor(i / out) % scales.length;
    sums[i % out] += numbers[i] * biases[channel];
    numbers[i] *= scales[channel];
  }
  return {
    ...convolution,
    weight: tensor(numbers, { shape: convolution.weight.shape }),
    bias: tensor(Float32Array.from(sums)),
  };
}

function columns({ weight, bias }: Projection, range: readonly [number, number]): Projection {
  return { weight: slice(weight, [null, range]), ...(bias && { bias: slice(bias, [range]) }) };
}

/** One layer after another: reading them side by side would hold all files' parts at once. */
async function inTurn<L>(read: (layer: number) => Promise<L>): Promise<L[]> {
  const made: L[] = [];
  for (let layer = 0; layer < layers; layer++) made.push(await read(layer));
  return made;
}
