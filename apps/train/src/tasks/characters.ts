import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { causal } from "@fovea/masking";
import { RMSNormalization, TokenAndPositionEmbedding } from "@fovea/tfjs-adapter/layers";
import { randomGenerator } from "@fovea/tensor";
import { tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { lookOf } from "../look-of.ts";
import { tokenAttention } from "../pictures/token-attention.ts";
import type { Batch, Lesson, Settings, Task } from "../task.ts";
import { reasonOf, UserError } from "@fovea/command-line";
import { transformerBlock } from "../transformer-block.ts";

/** Characters that the model looks back over. */
const context = 64;
const [width, heads, depth] = [64, 4, 2];
const ownText = fileURLToPath(new URL("../../text/alice.txt", import.meta.url));

export const characters: Task = {
  prepare: (settings) => {
    const text = readText(settings.text ?? ownText);
    const alphabet = [...new Set(text)].sort();
    const numbers = new Map(alphabet.map((character, index) => [character, index]));
    const encode = (part: readonly string[]): number[] => part.map((character) => numbers.get(character) ?? 0);
    const ids = encode(text);
    const split = ids.length - Math.max(context + 1, Math.floor(ids.length / 10));
    const known = ids.slice(0, split);
    const last = ids.slice(split);
    const count = Math.floor((last.length - 1) / context);
    const prompt = text.slice(0, 12);
    return {
      fingerprint: `characters ${createHash("sha256").update(text.join("")).digest("hex")} width ${width}`,
      classes: alphabet.length,
      group: 1,
      counts: "next characters guessed",
      createModel: () => createModel(settings, alphabet.length),
      batch: (step) => {
        const random = randomGenerator(settings.seed * 1_000_003 + step);
        const begins = Array.from({ length: settings.batch }, () =>
          Math.floor(random.next() * (known.length - context)),
        );
        return batchOf(known, begins);
      },
      heldOut: [
        batchOf(
          last,
          Array.from({ length: count }, (_, index) => index * context),
        ),
      ],
      sample: (net) => oneLine(write(net, { encode, alphabet, prompt, count: 60, seed: settings.seed })),
      pictures: (net) => {
        const shown = text.slice(0, 40);
        const sequence = encode(shown);
        return {
          ...tokenAttention(net, tensor([sequence], [1, sequence.length], "int32"), shown.map(visible), depth),
          "sample.txt": `${write(net, { encode, alphabet, prompt, count: 1000, seed: settings.seed })}\n`,
        };
      },
    } satisfies Lesson;
  },
};

function readText(path: string): string[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`The text ${path} cannot be read: ${reasonOf(error)}.`);
  }
  const found = Array.from(decode(path, bytes).replaceAll("\r\n", "\n"));
  if (found.length >= 10 * context) return found;
  throw new UserError(
    `The text ${path} has ${found.length} characters, and ${10 * context} are the least to learn from. Choose a longer one with --text.`,
  );
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`The text ${path} is not text in UTF-8. Save it as UTF-8, or choose another with --text.`);
  }
}

/** Each character is asked for from those before it. */
function batchOf(ids: readonly number[], begins: readonly number[]): Batch {
  const inputs = new Int32Array(begins.length * context);
  const labels = new Int32Array(begins.length * context);
  begins.forEach((begin, example) => {
    inputs.set(ids.slice(begin, begin + context), example * context);
    labels.set(ids.slice(begin + 1, begin + 1 + context), example * context);
  });
  return { inputs, shape: [begins.length, context], labels };
}

interface Writing {
  readonly encode: (part: readonly string[]) => number[];
  readonly alphabet: readonly string[];
  readonly prompt: readonly string[];
  /** Characters to write. */
  readonly count: number;
  readonly seed: number;
}

const temperature = 0.7;

/** Draws character after character from what the model expects, the likely ones more often than it does (temperature 0.7). */
function write(net: LayersModel, { encode, alphabet, prompt, count, seed }: Writing): string {
  const random = randomGenerator(seed);
  const ids = encode(prompt);
  for (let written = 0; written < count; written++) {
    const seen = ids.slice(-context);
    const logits = tidy(() => (net.apply(tensor([seen], [1, seen.length], "int32")) as Tensor).dataSync());
    const next = logits.slice(-alphabet.length);
    const most = Math.max(...next);
    const chances = Array.from(next, (logit) => Math.exp((logit - most) / temperature));
    let left = random.next() * chances.reduce((sum, chance) => sum + chance, 0);
    const chosen = chances.findIndex((chance) => (left -= chance) <= 0);
    ids.push(chosen < 0 ? chances.length - 1 : chosen);
  }
  return ids.map((id) => alphabet[id]).join("");
}

const oneLine = (text: string): string => `“${text.replaceAll(/\s+/g, " ")}”`;
const visible = (character: string): string => (character === "\n" ? "⏎" : character === " " ? "␣" : character);

function createModel({ seed, learned }: Settings, vocabularySize: number): LayersModel {
  const inputs = input({ shape: [null], dtype: "int32", name: "characters" });
  let x = new TokenAndPositionEmbedding({
    vocabularySize,
    sequenceLength: context,
    embeddingDim: width,
    seed,
    name: "embedding",
  }).apply(inputs) as SymbolicTensor;
  for (let layer = 1; layer <= depth; layer++) {
    const look = { ...lookOf(learned, heads, context), mask: causal() };
    x = transformerBlock(x, { name: `block${layer}`, heads, width, seed: seed + 1000 * layer, look });
  }
  x = new RMSNormalization({ name: "norm" }).apply(x) as SymbolicTensor;
  const kernelInitializer = initializers.glorotUniform({ seed: seed + 1 });
  const outputs = layers.dense({ units: vocabularySize, name: "character", kernelInitializer }).apply(x);
  return model({ inputs, outputs: outputs as SymbolicTensor, name: "characters" });
}
