// Gradients, through a score program and into the table that it reads, checked by a small step.
import { attention, attentionGradients } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { ones, randomGenerator, sum, tensor, toArray } from "@fovea/tensor";

const random = randomGenerator(2);
const make = () => random.normal([1, 1, 5, 4], { dtype: "float64" });
const [query, key, value] = [make(), make(), make()];

/** A bias for each distance, to be learned. */
const options = (bias: readonly number[]): AttentionOptions => ({
  mask: ({ query, key }) => key.lessEqual(query),
  score: ({ score, query, key, table }) =>
    score.add(table("bias", { type: "float", rank: 1 }).at(query.subtract(key).minimum(2))),
  tables: { score: { bias: tensor([...bias], { dtype: "float64" }) } },
});

const bias = [0.5, 0, -0.5];
const upstream = ones([1, 1, 5, 4], "float64"); // the loss is the sum of the output
const gradients = attentionGradients(query, key, value, upstream, options(bias));
const learned = toArray(gradients.tables.score["bias"]!);

const loss = (bias: readonly number[]): number => toArray(sum(attention(query, key, value, options(bias)).output))[0]!;
const step = 1e-5;
const slope = (loss([0.5 + step, 0, -0.5]) - loss([0.5 - step, 0, -0.5])) / (2 * step);
console.log(Math.abs(learned[0]! - slope) < 1e-8); // → true
