// A score of one's own: nearer keys count more, each head by its own slope, without a matrix of biases.
import { attention, attentionWeights } from "@fovea/dot-product-attention";
import { score } from "@fovea/formula";
import { toNested, zeros } from "@fovea/tensor";

const slopes = [0, 1];
const nearer = score`score - ${slopes}[head] * abs(query - key)`;

const x = zeros([1, 2, 4, 8]); // [batch, heads, tokens, headDim]
console.log(attention(x, x, x, { score: nearer }).output.shape); // → [ 1, 2, 4, 8 ]

// what the first token gives to each: alike in the first head, e times less with every step in the second
for (const head of [0, 1]) {
  const [row] = toNested(attentionWeights(x, x, { score: nearer }, { head })) as number[][];
  console.log(row?.map((weight) => weight.toFixed(2)).join(" "));
}
// → 0.25 0.25 0.25 0.25
//   0.64 0.24 0.09 0.03
