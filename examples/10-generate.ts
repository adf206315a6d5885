// A tiny transformer that writes: weights are data, a session keeps the cache, sampling repeats with its seed.
import { randomWeights } from "@fovea/multi-head-attention";
import { randomGenerator } from "@fovea/tensor";
import { createDecoder, generate, type DecoderWeights } from "@fovea/transformer";

const [vocabulary, dim, hidden] = [50, 16, 32];
const random = randomGenerator(5);
const layer: DecoderWeights["layers"][number] = {
  attention: randomWeights(random, { queryDim: dim, heads: 4 }),
  attentionNormalization: { kind: "rms" },
  feedForward: {
    expand: { weight: random.normal([dim, hidden]) },
    contract: { weight: random.normal([hidden, dim]) },
    activation: "gelu",
  },
  feedForwardNormalization: { kind: "rms" },
};
const decoder = createDecoder(
  {
    embedding: { tokens: random.normal([vocabulary, dim]) },
    head: { weight: random.normal([dim, vocabulary], { standardDeviation: 0.3 }) },
    layers: [layer, layer],
  },
  { attention: { heads: 4 } },
);

async function write(seed: number): Promise<number[]> {
  const session = decoder.open();
  const tokens: number[] = [];
  const options = { temperature: 1, topK: 20, seed, maximumTokens: 8 };
  for await (const token of generate(session, [1, 2, 3], options)) tokens.push(token);
  session.dispose();
  return tokens;
}
const [first, again, other] = [await write(1), await write(1), await write(2)];
console.log(first.length, String(first) === String(again), String(first) === String(other)); // → 8 true false
