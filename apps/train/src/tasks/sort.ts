import { causal } from "@fovea/masking";
import { RMSNormalization, TokenAndPositionEmbedding } from "@fovea/tfjs-adapter/layers";
import { randomGenerator } from "@fovea/tensor";
import { tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { lookOf } from "../look-of.ts";
import { tokenAttention } from "../pictures/token-attention.ts";
import type { Batch, Settings, Task } from "../task.ts";
import { transformerBlock } from "../transformer-block.ts";

const letters = "ABC";
const length = 6;
const tokens = 2 * length - 1;
const [width, heads, depth] = [32, 4, 2];

/** Every word of six of the three letters, as digits from 0 to 2. */
const words = Array.from({ length: letters.length ** length }, (_, number) =>
  Array.from({ length }, (_, place) => Math.floor(number / letters.length ** place) % letters.length),
);

/** The same words in an order that has nothing to do with them; the first quarter is held out. */
const mixed = words
  .map((word, index) => ({ word, order: randomGenerator(index).next() }))
  .sort((a, b) => a.order - b.order)
  .map(({ word }) => word);
const heldOut = mixed.slice(0, Math.floor(words.length / 4));
const known = mixed.slice(heldOut.length);

export const sort: Task = {
  prepare: (settings) => ({
    fingerprint: `sort ${letters} ${length} width ${width}`,
    classes: letters.length,
    group: length,
    counts: "words sorted without a mistake",
    createModel: () => createModel(settings),
    batch: (step) => {
      const random = randomGenerator(settings.seed * 1_000_003 + step);
      return batchOf(Array.from({ length: settings.batch }, () => known[Math.floor(random.next() * known.length)]));
    },
    heldOut: [batchOf(heldOut)],
    sample: (net) =>
      heldOut
        .slice(0, 3)
        .map((word) => `${spell(word)} → ${spell(sortWith(net, word))}`)
        .join(", "),
    pictures: (net) => {
      const word = heldOut.find((letters) => new Set(letters).size === 3) ?? heldOut[0];
      const sequence = [...word, ...sorted(word).slice(0, -1)];
      const labels = Array.from(spell(sequence));
      return tokenAttention(net, tensor([sequence], [1, tokens], "int32"), labels, depth);
    },
  }),
};

const spell = (word: readonly number[]): string => word.map((letter) => letters[letter]).join("");
const sorted = (word: readonly number[]): number[] => [...word].sort((a, b) => a - b);

/** Each word is followed by itself in order; the model is asked for every letter of the second half. */
function batchOf(chosen: readonly (readonly number[])[]): Batch {
  const inputs = new Int32Array(chosen.length * tokens);
  const labels = new Int32Array(chosen.length * tokens).fill(-1);
  chosen.forEach((word, example) => {
    const answer = sorted(word);
    inputs.set([...word, ...answer.slice(0, -1)], example * tokens);
    labels.set(answer, example * tokens + length - 1);
  });
  return { inputs, shape: [chosen.length, tokens], labels };
}

/** What a model makes of a word, letter by letter from what it said before. */
export function sortWith(net: LayersModel, word: readonly number[]): number[] {
  const sequence = [...word];
  for (let place = 0; place < length; place++) {
    const logits = tidy(() =>
      (net.apply(tensor([sequence], [1, sequence.length], "int32")) as Tensor).dataSync().slice(-letters.length),
    );
    sequence.push(logits.indexOf(Math.max(...logits)));
  }
  return sequence.slice(length);
}

function createModel({ seed, learned }: Settings): LayersModel {
  const inputs = input({ shape: [null], dtype: "int32", name: "letters" });
  let x = new TokenAndPositionEmbedding({
    vocabularySize: letters.length,
    sequenceLength: tokens,
    embeddingDim: width,
    seed,
    name: "embedding",
  }).apply(inputs) as SymbolicTensor;
  for (let layer = 1; layer <= depth; layer++) {
    const look = { ...lookOf(learned, heads, tokens), mask: causal() };
    x = transformerBlock(x, { name: `block${layer}`, heads, width, seed: seed + 1000 * layer, look });
  }
  x = new RMSNormalization({ name: "norm" }).apply(x) as SymbolicTensor;
  const kernelInitializer = initializers.glorotUniform({ seed: seed + 1 });
  const outputs = layers.dense({ units: letters.length, name: "letter", kernelInitializer }).apply(x);
  return model({ inputs, outputs: outputs as SymbolicTensor, name: "sort" });
}
