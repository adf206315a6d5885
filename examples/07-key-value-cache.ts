// A key-value cache: one token at a time gives what all at once would, and a window keeps memory flat.
import { KeyValueCache, multiHeadAttention, randomWeights } from "@fovea/multi-head-attention";
import { causal } from "@fovea/masking";
import { allClose, concatenate, randomGenerator, slice } from "@fovea/tensor";

const random = randomGenerator(3);
const weights = randomWeights(random, { queryDim: 32, heads: 4, keyHeads: 2 }); // grouped: two query heads share a key head
const x = random.normal([1, 6, 32]); // [batch, tokens, dim]
const options = { heads: 4, mask: causal() };

const cache = new KeyValueCache();
const parts = [0, 1, 2, 3, 4, 5].map(
  (token) => multiHeadAttention(weights, slice(x, [null, [token, token + 1]]), { ...options, cache }).output,
);
const whole = multiHeadAttention(weights, x, options).output;
console.log(cache.length, allClose(concatenate(parts, 1), whole, { absolute: 1e-5, relative: 1e-5 }).pass); // → 6 true

const endless = new KeyValueCache({ window: { recent: 3, sinks: 1 } }); // the first token and three before the newest
for (let token = 0; token < 100; token++) {
  multiHeadAttention(weights, random.normal([1, 1, 32]), { ...options, cache: endless });
}
console.log(endless.length); // → 5
