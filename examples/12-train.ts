// Training with TensorFlow.js: a layer that learns at which distance to look, with its mask a program.
import { attention } from "@fovea/tfjs-adapter";
import * as tf from "@tensorflow/tfjs";

const tokens = 12;
await tf.setBackend("cpu");
const value = tf.randomNormal([1, 1, tokens, 4], 0, 1, "float32", 6) as tf.Tensor4D;
// what is to be found out: each token copies the one two before it
const part = (from: number, to: number): tf.Tensor => tf.slice(value, [0, 0, from, 0], [1, 1, to - from, 4]);
const wanted = tf.concat([part(0, 2), part(0, tokens - 2)], 2);
const silent = tf.zeros([1, 1, tokens, 4]) as tf.Tensor4D;

const bias = tf.variable(tf.zeros([4])); // one for each distance
const run = (): tf.Tensor =>
  attention(silent, silent, value, {
    mask: ({ query, key }) => key.lessEqual(query).and(query.subtract(key).less(4)),
    score: ({ score, query, key, table }) =>
      score.add(table("bias", { type: "float", rank: 1 }).at(query.subtract(key))),
    tables: { score: { bias } },
  });
const loss = (): tf.Scalar => {
  const errors = tf.slice(tf.squaredDifference(run(), wanted), [0, 0, 3, 0]); // the first three cannot look so far back
  return tf.mean(errors) as tf.Scalar;
};

const before = loss().dataSync()[0]!;
const optimizer = tf.train.adam(0.2);
for (let step = 0; step < 60; step++) optimizer.minimize(loss, false, [bias]);
const learned = Array.from(bias.dataSync());
console.log(learned.indexOf(Math.max(...learned)), loss().dataSync()[0]! < before / 20); // → 2 true
