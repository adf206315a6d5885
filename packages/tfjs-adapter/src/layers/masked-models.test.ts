import { io, memory, tensor2d, tensor3d, tidy, zeros, type Tensor } from "@tensorflow/tfjs-core";
import {
  input,
  layers,
  loadLayersModel,
  model,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import {
  GroupedQueryAttention,
  MultiHeadAttention,
  RMSNormalization,
  SelfAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "../layers.ts";
import { artifactsOf } from "../testing/artifacts-of.ts";
import { backendNames, useBackend } from "../testing/use-backend.ts";

type Layer = layers.Layer;

const ids = (): SymbolicTensor => input({ shape: [null], dtype: "int32" });
const apply = (layer: Layer, ...inputs: SymbolicTensor[]): SymbolicTensor =>
  layer.apply(inputs.length === 1 ? inputs[0] : inputs) as SymbolicTensor;
const through = (first: SymbolicTensor, ...stack: Layer[]): SymbolicTensor =>
  stack.reduce((x, layer) => apply(layer, x), first);

const embed = (): Layer =>
  new TokenAndPositionEmbedding({ vocabularySize: 9, sequenceLength: 8, embeddingDim: 4, maskZero: true });
/** TensorFlow.js cannot train it on wasm. */
const tfEmbed = (): Layer =>
  layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape: [null], trainable: false });
const encoder = (): Layer => new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 6 });
const decoder = (): Layer => new TransformerDecoderLayer({ numHeads: 2, intermediateDim: 6 });
const heads = (): Layer => new MultiHeadAttention({ numHeads: 2, keyDim: 3 });
const lstm = (): Layer => layers.lstm({ units: 4, returnSequences: true });
const dense = (): Layer => layers.dense({ units: 4 });
const drop = (): Layer => layers.dropout({ rate: 0.2 });
const norm = (): Layer => layers.layerNormalization();
const stacked = (...stack: Layer[]): LayersModel => sequential({ layers: stack });

/** Models of tokens whose padding says nothing, by what they are made of. */
const oneInput: Readonly<Record<string, () => LayersModel>> = {
  "three encoders": () => stacked(embed(), encoder(), encoder(), encoder()),
  "three times multi-head attention": () => stacked(tfEmbed(), heads(), heads(), heads()),
  "every layer that carries masks": () =>
    stacked(
      embed(),
      heads(),
      new GroupedQueryAttention({ headDim: 2, numQueryHeads: 4, numKeyValueHeads: 2 }),
      new SelfAttention({ dModel: 4, numHeads: 2 }),
      new RMSNormalization(),
      decoder(),
      encoder(),
    ),
  "an encoder and an LSTM": () => stacked(embed(), encoder(), lstm()),
  "an LSTM between encoders": () => stacked(tfEmbed(), encoder(), lstm(), encoder(), lstm()),
  "a bidirectional LSTM": () => {
    const layer = layers.lstm({ units: 2, returnSequences: true }) as layers.RNN;
    return stacked(embed(), encoder(), layers.bidirectional({ layer, mergeMode: "concat" }), encoder());
  },
  "an encoder and layer normalization": () => stacked(embed(), encoder(), norm(), encoder(), norm(), heads()),
  "an encoder and dense layers": () => stacked(embed(), encoder(), dense(), heads(), dense(), encoder()),
  "dropout everywhere": () => stacked(tfEmbed(), drop(), encoder(), drop(), encoder(), drop(), encoder(), drop()),
  "sums around attention": () => {
    const tokens = ids();
    let x = apply(embed(), tokens);
    for (let depth = 0; depth < 3; depth++) x = apply(layers.add(), x, apply(heads(), x));
    return model({ inputs: tokens, outputs: apply(lstm(), apply(heads(), x)) });
  },
  "one layer three times": () => {
    const [tokens, shared] = [ids(), encoder()];
    return model({ inputs: tokens, outputs: through(apply(embed(), tokens), shared, shared, shared) });
  },
  "a model inside": () => {
    const tokens = ids();
    return model({ inputs: tokens, outputs: apply(stacked(embed(), encoder(), encoder(), encoder()), tokens) });
  },
  "a model inside that is brought a mask": () => {
    const [tokens, vectors] = [ids(), input({ shape: [null, 4] })];
    const inner = model({ inputs: vectors, outputs: through(vectors, encoder(), encoder(), encoder()) });
    return model({ inputs: tokens, outputs: apply(inner, apply(embed(), tokens)) });
  },
};

/** Models of two kinds of tokens, the second of which may be padded too. */
const twoInputs: Readonly<Record<string, () => LayersModel>> = {
  "an encoder and a decoder of three layers": () => {
    const [source, target] = [ids(), ids()];
    const encoded = through(source, embed(), encoder(), encoder(), encoder());
    let x = apply(embed(), target);
    for (let depth = 0; depth < 3; depth++) x = apply(decoder(), x, encoded);
    return model({ inputs: [source, target], outputs: x });
  },
  "an encoder with a last RMS normalization, and cross-attention in both orders": () => {
    const [source, target] = [ids(), ids()];
    const encoded = through(source, tfEmbed(), encoder(), new RMSNormalization());
    const x = apply(heads(), apply(heads(), apply(embed(), target), encoded), encoded, encoded);
    return model({ inputs: [source, target], outputs: x });
  },
  "one encoder for both": () => {
    const [source, target, first, shared] = [ids(), ids(), embed(), encoder()];
    const [encoded, x] = [through(source, first, shared, shared), through(target, first, shared)];
    return model({ inputs: [source, target], outputs: apply(decoder(), x, encoded) });
  },
};

const predict = (net: LayersModel, ...tokens: number[][][]): number[][] =>
  tidy(() => {
    const inputs = tokens.map((rows) => tensor2d(rows, [rows.length, rows[0].length], "int32"));
    const output = net.predict(inputs.length === 1 ? inputs[0] : inputs) as Tensor;
    return (output.arraySync() as number[][][]).map((rows) => rows.flat());
  });

/** Whether the tokens before the padding say what they say without it. */
function checkPadding(padded: readonly number[], plain: readonly number[]): void {
  expect(plain.length).toBeGreaterThan(0);
  for (const [index, number] of plain.entries()) expect(padded[index]).toBeCloseTo(number, 5);
}

/** Gives back every weight, also of layers that are used more than once. */
function dispose(net: LayersModel): void {
  for (const layer of net.layers) while (layer.dispose().refCountAfterDispose > 0);
}

/** Evaluates a model, and trains it with a validation split, without leaving a tensor. */
async function train(net: LayersModel, inputs: Tensor[], outputShape: number[]): Promise<void> {
  net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const x = inputs.length === 1 ? inputs[0] : inputs;
  const y = zeros(outputShape);
  await net.fit(x, y, { epochs: 1, validationSplit: 0.5, verbose: 0 }); // makes what the optimizer keeps
  const before = memory().numTensors;
  const loss = tidy(() => (net.evaluate(x, y) as Tensor).dataSync()[0]);
  const { history } = await net.fit(x, y, { epochs: 2, validationSplit: 0.5, verbose: 0 });
  for (const number of [loss, ...(history["loss"] as number[]), ...(history["val_loss"] as number[])]) {
    expect(number).toBeGreaterThan(0);
  }
  expect(memory().numTensors).toBe(before);
  for (const tensor of [y, ...inputs]) tensor.dispose();
  (net.optimizer as unknown as { dispose(): void }).dispose();
}

describe.each(backendNames)("models with padding on %s", (backend) => {
  useBackend(backend);

  test.each(Object.entries(oneInput))("%s", async (_, make) => {
    const net = make();
    const plain = predict(net, [[3, 1, 4]])[0];
    const before = memory().numTensors;
    const [padded, other] = predict(net, [
      [3, 1, 4, 0, 0],
      [5, 6, 7, 8, 1],
    ]);
    expect(memory().numTensors).toBe(before);
    checkPadding(padded, plain);
    checkPadding(other, predict(net, [[5, 6, 7, 8, 1]])[0]);
    const loaded = await loadLayersModel(io.fromMemory(await artifactsOf(net)));
    checkPadding(predict(loaded, [[3, 1, 4, 0, 0]])[0], padded);
    dispose(loaded);
    const rows = [3, 1, 4, 0, 0, 2, 0, 0, 0, 0, 5, 6, 7, 8, 1, 1, 2, 3, 4, 0];
    await train(net, [tensor2d(rows, [4, 5], "int32")], [4, 5, 4]);
    dispose(net);
  });

  test.each(Object.entries(twoInputs))("%s", async (_, make) => {
    const net = make();
    const plain = predict(net, [[3, 1, 4]], [[2, 7]])[0];
    const before = memory().numTensors;
    checkPadding(predict(net, [[3, 1, 4, 0, 0]], [[2, 7]])[0], plain);
    checkPadding(predict(net, [[3, 1, 4, 0]], [[2, 7, 0, 0]])[0], plain);
    expect(memory().numTensors).toBe(before);
    const loaded = await loadLayersModel(io.fromMemory(await artifactsOf(net)));
    checkPadding(predict(loaded, [[3, 1, 4, 0]], [[2, 7, 0]])[0], plain);
    dispose(loaded);
    const rows = [3, 1, 4, 0, 2, 0, 0, 0, 5, 6, 7, 8, 1, 2, 3, 0];
    await train(net, [tensor2d(rows, [4, 4], "int32"), tensor2d(rows, [4, 4], "int32")], [4, 4, 4]);
    dispose(net);
  });

  test("vectors that TensorFlow.js's masking layer hides", () => {
    const net = stacked(
      layers.masking({ maskValue: 0, inputShape: [null, 4] }),
      encoder(),
      encoder(),
      lstm(),
      encoder(),
    );
    tidy(() => {
      const x = [1, 2, 3, 4, 4, 3, 2, 1];
      const plain = (net.predict(tensor3d(x, [1, 2, 4])) as Tensor).dataSync();
      const padded = (net.predict(tensor3d([...x, 0, 0, 0, 0], [1, 3, 4])) as Tensor).dataSync();
      checkPadding(Array.from(padded), Array.from(plain));
    });
    dispose(net);
  });

  test("a layer that is used with a mask and without does not take one for the other", () => {
    const [masked, open, shared] = [ids(), input({ shape: [3, 4] }), encoder()];
    const a = apply(shared, apply(embed(), masked));
    const b = apply(shared, apply(new RMSNormalization(), open));
    const both = model({ inputs: [masked, open], outputs: [a, b] });
    const alone = model({ inputs: open, outputs: b });
    tidy(() => {
      const x = tensor3d([1, 2, 3, 4, 4, 3, 2, 1, 0, 1, 0, 1], [1, 3, 4]);
      const [, found] = both.predict([tensor2d([[3, 0, 0]], [1, 3], "int32"), x]) as Tensor[];
      const expected = alone.predict(x) as Tensor;
      checkPadding(Array.from(found.dataSync()), Array.from(expected.dataSync()));
    });
    dispose(both);
  });

  test("a mask that cannot be told from another branch's is missed, not guessed", () => {
    const [masked, open, shared] = [ids(), input({ shape: [3, 4] }), encoder()];
    const a = apply(shared, through(masked, embed(), norm()));
    const net = model({ inputs: [masked, open], outputs: [a, apply(shared, apply(norm(), open))] });
    expect(() => tidy(() => net.predict([tensor2d([[3, 0, 0]], [1, 3], "int32"), zeros([1, 3, 4])]))).toThrow(
      /the padding mask of input 0 was lost/,
    );
    dispose(net);
  });

  test("a mask that would have to come out of a model inside another is missed, and the way is said", () => {
    const [tokens, vectors] = [ids(), input({ shape: [null, 4] })];
    const brought = model({ inputs: vectors, outputs: apply(encoder(), vectors) });
    for (const inner of [stacked(embed(), encoder()), stacked(embed()), brought]) {
      const from = inner === brought ? apply(embed(), tokens) : tokens;
      const net = model({ inputs: tokens, outputs: apply(encoder(), apply(inner, from)) });
      expect(() => predict(net, [[3, 1, 0]])).toThrow(/masks do not come out of a model inside another/);
      dispose(net);
    }
  });

  test("a mask from outside that reaches a model inside by way of other layers is missed, not ignored", () => {
    const [tokens, vectors] = [ids(), input({ shape: [null, 4] })];
    const inner = model({ inputs: vectors, outputs: apply(encoder(), vectors) });
    const net = model({ inputs: tokens, outputs: apply(inner, through(tokens, embed(), norm())) });
    expect(() => predict(net, [[3, 1, 0]])).toThrow(
      /the padding mask of input 0 was lost.*or before the model that it is in/,
    );
    dispose(net);
  });

  test("forty sums one after another are one walk, not one for each way through them", () => {
    const vectors = input({ shape: [null, 4] });
    let x = vectors;
    for (let depth = 0; depth < 40; depth++) x = apply(layers.add(), x, x);
    const net = model({ inputs: vectors, outputs: apply(encoder(), x) });
    tidy(() => {
      expect((net.predict(zeros([1, 3, 4])) as Tensor).shape).toEqual([1, 3, 4]);
    });
    dispose(net);
  });

  test("behind the last state of a recurrent layer there is no mask to miss", () => {
    const last = layers.lstm({ units: 4 });
    const net = stacked(embed(), encoder(), last, new RMSNormalization(), layers.repeatVector({ n: 3 }), encoder());
    checkPadding(predict(net, [[3, 1, 4, 0]])[0], predict(net, [[3, 1, 4]])[0]);
    dispose(net);
  });

  test("on tensors, an output's mask goes with it", () => {
    const [first, second] = [embed(), encoder()];
    const tokens = tensor2d([[3, 1, 0]], [1, 3], "int32");
    const x = first.apply(tokens) as Tensor;
    const y = second.apply(x) as Tensor;
    x.dispose();
    expect(Array.from((y.kerasMask as Tensor).dataSync())).toEqual([1, 1, 0]);
    const z = second.apply(y) as Tensor;
    const again = second.apply(z, { mask: z.kerasMask }) as Tensor;
    for (const tensor of [tokens, y, z, again]) tensor.dispose();
    const gone = tidy(() => first.apply(tensor2d([[3, 1, 0]])) as Tensor);
    expect(() => second.apply(gone)).toThrow(/Apply the layers inside one tidy, or pass the mask/);
    for (const each of [gone, first, second]) each.dispose();
  });
});
