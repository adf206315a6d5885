import { normalizerTraits } from "@fovea/dot-product-attention";
import { trace, type Program } from "@fovea/program";
import { tensor as plainTensor } from "@fovea/tensor";
import { cast, reshape } from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { initializers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import { attention } from "../attention.ts";
import { attentionWeights } from "../attention-weights.ts";
import type { AttentionOptions, TableSource } from "../options.ts";
import { glorot, startAt, type AddWeight } from "./add-weight.ts";
import { dense } from "./dense.ts";
import type { Look } from "./look.ts";
import { maskProgram, maskTables } from "./mask-program.ts";
import { permute } from "./permute.ts";
import { rotate } from "./rotate.ts";

export interface BlockSizes {
  readonly heads: number;
  readonly keyHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly outputDim: number;
}

export interface BlockSettings {
  readonly look: Look;
  /** Share of the weights that are dropped in training. */
  readonly dropout: number;
  readonly useBias: boolean;
  /** Of initial weights and dropout; null for other numbers each time. */
  readonly seed: number | null;
}

/** What one call of a block is given: vectors `[batch, tokens, dim]`, masks as `maskProgram` says. */
export interface BlockInputs {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly queryMask: Tensor | null;
  readonly keyMask: Tensor | null;
  readonly pairMask?: Tensor | null;
  readonly causal?: boolean;
  readonly training?: boolean;
  readonly returnWeights?: boolean;
}

interface Projection {
  readonly kernel: LayerVariable;
  readonly bias: LayerVariable | null;
}

interface BlockWeights {
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
  readonly tables: Readonly<Record<string, LayerVariable>>;
  readonly sinks: LayerVariable | null;
}

/** Project, split into heads, attend, merge, project: the part that attention layers share. Its weights belong to the layer that builds it. */
export class AttentionBlock {
  readonly #who: string;
  readonly #sizes: BlockSizes;
  readonly #settings: BlockSettings;
  readonly #masks = new Map<string, Program | null>();
  #weights: BlockWeights | null = null;
  #trainingCalls = 0;

  /** @throws {AdapterError} for sizes that do not belong together */
  constructor(who: string, sizes: BlockSizes, settings: BlockSettings) {
    if (sizes.heads % sizes.keyHeads !== 0) {
      throw new AdapterError(
        `${who}: expected numHeads to be a multiple of keyHeads, got ${sizes.heads} and ${sizes.keyHeads}.`,
      );
    }
    this.#who = who;
    this.#sizes = sizes;
    this.#settings = settings;
  }

  /** Adds the weights: `query/kernel` `[in, heads, headDim]`, …, `attention_output/kernel` `[heads, valueDim, out]`, as in Keras.
   *  @param dims sizes of the vectors that come in
   *  @throws {AdapterError} for a rotary embedding that does not fit a head */
  build(addWeight: AddWeight, dims: { readonly query: number; readonly key: number; readonly value: number }): void {
    const { heads, keyHeads, headDim, valueDim, outputDim } = this.#sizes;
    const { useBias, seed, look } = this.#settings;
    const rotaryDim = look.rotary ? (look.rotary.rotaryDim ?? headDim) : 0;
    if (rotaryDim > headDim || rotaryDim % 2 !== 0) {
      throw new AdapterError(
        `${this.#who}: expected rotary to turn an even count of a head's ${headDim} dimensions, got ${rotaryDim}. Set rotaryDim.`,
      );
    }
    let count = 0;
    const projection = (name: string, kernel: number[], bias: number[], from: number, to: number): Projection => {
      count += 1;
      return {
        kernel: addWeight(`${name}/kernel`, kernel, glorot(from, to, seed === null ? null : seed + count)),
        bias: useBias ? addWeight(`${name}/bias`, bias, initializers.zeros()) : null,
      };
    };
    const input = (name: string, from: number, count: number, dim: number): Projection =>
      projection(name, [from, count, dim], [count, dim], from, count * dim);
    this.#weights = {
      query: input("query", dims.query, heads, headDim),
      key: input("key", dims.key, keyHeads, headDim),
      value: input("value", dims.value, keyHeads, valueDim),
      output: projection("attention_output", [heads, valueDim, outputDim], [outputDim], heads * valueDim, outputDim),
      tables: Object.fromEntries(
        look.learnedTables.map((name) => {
          const values = look.score?.values[name] ?? plainTensor([]);
          return [name, addWeight(`score/${name}`, [...values.shape], startAt(values))];
        }),
      ),
      sinks:
        normalizerTraits[look.normalizer].sink === "learned" ? addWeight("sinks", [heads], initializers.zeros()) : null,
    };
  }

  /** @returns output `[batch, queries, outputDim]`, and on request weights `[batch, heads, queries, keys]`. To be called inside a tidy. */
  call(inputs: BlockInputs): { readonly output: Tensor; readonly weights: Tensor4D | null } {
    const weights = this.#weights;
    if (weights === null) throw new AdapterError(`${this.#who}: it has no weights yet. Apply the layer first.`);
    const { heads, keyHeads, valueDim, outputDim } = this.#sizes;
    const { rotary } = this.#settings.look;
    const turn = (vectors: Tensor4D): Tensor4D => (rotary ? rotate(vectors, rotary) : vectors);
    const query = turn(splitHeads(project(inputs.query, weights.query), heads));
    const key = turn(splitHeads(project(inputs.key, weights.key), keyHeads));
    const value = splitHeads(project(inputs.value, weights.value), keyHeads);
    const options = this.#options(inputs, weights);
    const merged = permute(attention(query, key, value, options), [0, 2, 1, 3]);
    const [batch, queries] = merged.shape;
    const output = project(reshape(merged, [batch, queries, heads * valueDim]), weights.output);
    return {
      output: reshape(output, [batch, queries, outputDim]),
      weights: inputs.returnWeights ? attentionWeights(query, key, options) : null,
    };
  }

  #options(inputs: BlockInputs, weights: BlockWeights): AttentionOptions {
    const { look, dropout, seed } = this.#settings;
    const [batch, queries] = inputs.query.shape as [number, number, number];
    const keys = inputs.key.shape[1] as number;
    const { queryMask, keyMask, pairMask = null, causal = false, training = false } = inputs;
    const kinds = { query: queryMask !== null, key: keyMask !== null, pairs: pairMask !== null, causal };
    const name = JSON.stringify(kinds);
    if (!this.#masks.has(name)) this.#masks.set(name, maskProgram(look.mask, kinds));
    const drops = training && dropout > 0;
    if (drops) this.#trainingCalls += 1;
    const start = seed ?? Math.floor(Math.random() * 2 ** 30);
    return {
      score: look.score,
      mask: this.#masks.get(name),
      normalizer: look.normalizer,
      probability: drops ? dropped(dropout) : null,
      sinks: weights.sinks && (weights.sinks.read() as Tensor1D),
      tables: {
        score: Object.fromEntries(Object.entries(weights.tables).map(([table, variable]) => [table, variable.read()])),
        mask: {
          ...(queryMask && { [maskTables.query]: this.#readMask("query mask", queryMask, [batch, queries]) }),
          ...(keyMask && { [maskTables.key]: this.#readMask("key mask", keyMask, [batch, keys]) }),
          ...(pairMask && { [maskTables.pairs]: this.#readMask("attentionMask", pairMask, [batch, queries, keys]) }),
        } as Record<string, TableSource>,
        probability: drops ? { dropoutSeed: plainTensor(Int32Array.of((start + this.#trainingCalls) | 0)) } : {},
      },
    };
  }

  /** A mask in its plain shape: merging layers of TensorFlow.js put an axis of 1 before it.
   *  @throws {AdapterError} for a mask of other tokens */
  #readMask(name: string, mask: Tensor, shape: number[]): Tensor {
    if (withoutLeadingOnes(mask.shape) === withoutLeadingOnes(shape)) return reshape(cast(mask, "bool"), shape);
    const expected = shape.length === 3 ? "[batch, queries, keys]" : "[batch, tokens]";
    throw new AdapterError(
      `${this.#who}: expected the ${name} to be ${expected}, here [${shape.join(", ")}], got [${mask.shape.join(", ")}]. Broadcast or slice it.`,
    );
  }
}

const withoutLeadingOnes = (shape: readonly number[]): string =>
  shape.slice(shape.findIndex((size) => size !== 1)).join();

function project(x: Tensor, { kernel, bias }: Projection): Tensor {
  const weights = kernel.read();
  // input kernels are [in, heads, dim], the output kernel is [heads, dim, out]: both have what comes in first
  return dense(x, weights, bias && bias.read());
}

function splitHeads(x: Tensor, heads: number): Tensor4D {
  const [batch, tokens, width] = x.shape;
  return permute(reshape(x, [batch, tokens, heads, width / heads]) as Tensor4D, [0, 2, 1, 3]);
}

const dropouts = new Map<number, Program>();

/** Drops each weight with this probability and makes up for it with the others. */
function dropped(rate: number): Program {
  const known = dropouts.get(rate);
  if (known) return known;
  const program = trace(({ probability, random, select, table }) => {
    const seed = table("dropoutSeed", { type: "int", rank: 1 }).at(0);
    return select(random(seed).less(rate), 0, probability.divide(1 - rate));
  });
  dropouts.set(rate, program);
  return program;
}
