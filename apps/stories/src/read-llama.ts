import { sizeOf, slice, tensor, transpose, type Tensor } from "@fovea/tensor";
import type { DecoderWeights, Normalization } from "@fovea/transformer";
import { UserError } from "@fovea/command-line";

interface LlamaSizes {
  readonly dim: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly vocabulary: number;
  /** Tokens it was trained on at once. */
  readonly context: number;
}

export interface Llama {
  readonly sizes: LlamaSizes;
  readonly weights: DecoderWeights;
}

const headerBytes = 28;
/** Larger sizes than any model of this format has: a damaged header shall not ask for memory. */
const mostOfAnything = 1 << 20;

/** Reads llama2.c's checkpoint (version 0): seven int32 `dim, hidden, layers, heads, keyHeads, vocabulary, context`, then float32 weights, layer by layer within each
 *  kind; a negative vocabulary says that the head has weights of its own. Two rotary tables stand where nothing reads them any more.
 *  @throws {UserError} when the sizes make no model, or the file has another length than they ask for */
export function readLlama(bytes: Uint8Array): Llama {
  if (bytes.length < headerBytes) throw damaged(`expected a header of ${headerBytes} bytes, got ${bytes.length}`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const [dim, hidden, layers, heads, keyHeads, signedVocabulary, context] = Array.from({ length: 7 }, (_, i) =>
    header.getInt32(4 * i, true),
  ) as [number, number, number, number, number, number, number];
  const vocabulary = Math.abs(signedVocabulary);
  const sizes = { dim, hidden, layers, heads, keyHeads, vocabulary, context };
  for (const [name, size] of Object.entries(sizes)) {
    if (size < 1 || size > mostOfAnything) throw damaged(`its header says ${name} is ${size}`);
  }
  if (dim % (2 * heads) !== 0 || heads % keyHeads !== 0) {
    throw damaged(`its header says ${heads} heads over ${keyHeads} key heads for vectors of ${dim}`);
  }
  const headDim = dim / heads;
  const keyDim = keyHeads * headDim;
  const perLayer = 2 * dim + 2 * dim * dim + 2 * dim * keyDim + 3 * dim * hidden;
  const ownHead = signedVocabulary < 0 ? vocabulary * dim : 0;
  const count = vocabulary * dim + layers * perLayer + dim + context * headDim + ownHead;
  if (bytes.length !== headerBytes + 4 * count) {
    throw damaged(`its sizes ask for ${headerBytes + 4 * count} bytes, got ${bytes.length}`);
  }

  const numbers = new Float32Array(count);
  new Uint8Array(numbers.buffer).set(bytes.subarray(headerBytes));
  let offset = 0;
  const take = (...shape: number[]): Tensor => {
    const start = offset;
    offset += sizeOf(shape);
    return tensor(numbers.subarray(start, offset), { shape });
  };
  const tokens = take(vocabulary, dim);
  const attentionScale = take(layers, dim);
  const query = take(layers, dim, dim);
  const key = take(layers, keyDim, dim);
  const value = take(layers, keyDim, dim);
  const output = take(layers, dim, dim);
  const feedForwardScale = take(layers, dim);
  const gate = take(layers, hidden, dim);
  const contract = take(layers, dim, hidden);
  const expand = take(layers, hidden, dim);
  const finalScale = take(dim);
  offset += context * headDim;
  const head = ownHead > 0 ? { head: { weight: transpose(take(vocabulary, dim)) } } : {};

  return {
    sizes,
    weights: {
      embedding: { tokens },
      layers: Array.from({ length: layers }, (_, layer) => ({
        attention: {
          query: linear(query, layer),
          key: linear(key, layer),
          value: linear(value, layer),
          output: linear(output, layer),
        },
        attentionNormalization: rms(slice(attentionScale, [layer])),
        feedForward: {
          expand: linear(expand, layer),
          gate: linear(gate, layer),
          contract: linear(contract, layer),
          activation: "silu",
        },
        feedForwardNormalization: rms(slice(feedForwardScale, [layer])),
      })),
      normalization: rms(finalScale),
      ...head,
    },
  };
}

function damaged(what: string): UserError {
  return new UserError(`The model file is damaged or not of llama2.c's format: ${what}.`);
}

function rms(scale: Tensor): Normalization {
  return { kind: "rms", scale, epsilon: 1e-5 };
}

/** Matrices are kept `[out, in]`. */
function linear(matrices: Tensor, layer: number): { weight: Tensor } {
  return { weight: transpose(slice(matrices, [layer])) };
}
