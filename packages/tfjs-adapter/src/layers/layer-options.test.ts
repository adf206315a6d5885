import { io, keep, ones, tensor, tidy, zeros, type Tensor } from "@tensorflow/tfjs-core";
import {
  initializers,
  input,
  type layers,
  loadLayersModel,
  model,
  regularizers,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import { AdapterError } from "../adapter-error.ts";
import {
  GroupedQueryAttention,
  MultiHeadAttention,
  PatchEmbedding,
  RMSNormalization,
  SelfAttention,
  TokenAndPositionEmbedding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "../layers.ts";
import { artifactsOf } from "../testing/artifacts-of.ts";
import { useBackend } from "../testing/use-backend.ts";

type Given = Readonly<Record<string, unknown>>;

/** Every layer: how it is made, and the least that it has to be told. */
const all: Readonly<Record<string, { readonly make: (given: Given) => layers.Layer; readonly least: Given }>> = {
  MultiHeadAttention: { make: (given) => new MultiHeadAttention(given as never), least: { numHeads: 2, keyDim: 2 } },
  GroupedQueryAttention: {
    make: (given) => new GroupedQueryAttention(given as never),
    least: { headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1 },
  },
  SelfAttention: { make: (given) => new SelfAttention(given as never), least: { dModel: 4 } },
  TransformerEncoderLayer: {
    make: (given) => new TransformerEncoderLayer(given as never),
    least: { numHeads: 2, intermediateDim: 3 },
  },
  TransformerDecoderLayer: {
    make: (given) => new TransformerDecoderLayer(given as never),
    least: { numHeads: 2, intermediateDim: 3 },
  },
  TokenAndPositionEmbedding: {
    make: (given) => new TokenAndPositionEmbedding(given as never),
    least: { vocabularySize: 5, sequenceLength: 3, embeddingDim: 4 },
  },
  PatchEmbedding: { make: (given) => new PatchEmbedding(given as never), least: { patchSize: 2, embeddingDim: 4 } },
  RMSNormalization: { make: (given) => new RMSNormalization(given as never), least: {} },
};
const every = Object.entries(all).map(([name, { make, least }]) => ({ name, make, least }));

/** What each argument may not be. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  count: [0, -1, 1.5, Number.NaN, "2", [2], {}, true],
  share: [-0.1, 1, Number.NaN, "0.1", true],
  flag: [0, 1, "true", {}],
  seed: [0.5, "1", Number.NaN, {}],
};
const kinds: Readonly<Record<string, string>> = {
  numHeads: "count",
  keyDim: "count",
  valueDim: "count",
  keyHeads: "count",
  outputShape: "count",
  headDim: "count",
  numQueryHeads: "count",
  numKeyValueHeads: "count",
  dModel: "count",
  dKeys: "count",
  dValues: "count",
  intermediateDim: "count",
  vocabularySize: "count",
  sequenceLength: "count",
  embeddingDim: "count",
  patchSize: "count",
  dropout: "share",
  useBias: "flag",
  returnAttentionScores: "flag",
  useCausalMask: "flag",
  normalizeFirst: "flag",
  maskZero: "flag",
  classToken: "flag",
  seed: "seed",
};

const isTaken = (make: (given: Given) => layers.Layer, least: Given, name: string): boolean => {
  try {
    make({ ...least, [name]: {} });
    return true;
  } catch (error) {
    return !(error as Error).message.includes("there is no argument");
  }
};

describe("arguments of layers", () => {
  useBackend("cpu");

  test.each(every)("$name: missing, misspelt and wrong ones are refused by name", ({ name: layer, make, least }) => {
    const refuse = (given: unknown, message: string | RegExp): void => {
      expect(() => make(given as Given)).toThrow(message);
      expect(() => make(given as Given)).toThrow(AdapterError);
    };
    for (const given of [null, 5, [], "small"]) refuse(given, `${layer}: expected its arguments as an object, got`);
    for (const name of Object.keys(least)) {
      const { [name]: _, ...rest } = least;
      refuse(rest, `${layer}: expected ${name} to be `);
      refuse(rest, `Write new ${layer}({ ${name}`.slice(0, `Write new ${layer}(`.length));
      refuse({ ...least, [name]: null }, `${layer}: expected ${name} to be `);
    }
    for (const name of ["dropOut", "kernelInitialiser", "attention_axes2", "units"]) {
      refuse({ ...least, [name]: 1, name: "mine" }, `mine: there is no argument "${name}". `);
    }
    for (const [name, kind] of Object.entries(kinds)) {
      if (!isTaken(make, least, name)) continue;
      for (const value of wrong[kind]) {
        if (name === "outputShape" && Array.isArray(value)) continue; // Keras takes a list of one
        refuse({ ...least, [name]: value }, `${layer}: expected ${name} to be `);
      }
      make({ ...least, [name]: null, ...(name in least && { [name]: least[name] }) });
    }
  });

  test("a slip of the pen is told from a name that there is not", () => {
    const { make, least } = all["MultiHeadAttention"];
    expect(() => make({ ...least, dropOut: 0.1 })).toThrow('there is no argument "dropOut". Write dropout.');
    expect(() => make({ ...least, num_heads: 2 })).toThrow('there is no argument "num_heads". Write numHeads.');
    expect(() => make({ ...least, units: 2 })).toThrow(
      /there is no argument "units"\. It takes score, mask, .*numHeads, keyDim/,
    );
    expect(() => new MultiHeadAttention(undefined as never)).toThrow(
      "MultiHeadAttention: expected its arguments as an object, got undefined. Write new MultiHeadAttention({ numHeads: …, keyDim: … }).",
    );
    expect(() => make({ numHeads: "2", keyDim: 2 })).toThrow(
      'MultiHeadAttention: expected numHeads to be a whole number of at least 1, got "2".',
    );
    for (const name of ["activityRegularizer", "kernelConstraint", "biasConstraint"]) {
      expect(() => make({ ...least, [name]: "l2" })).toThrow(`expected ${name} to be left out, because TensorFlow.js`);
    }
    expect(new RMSNormalization().getConfig()["epsilon"]).toBe(1e-6);
  });

  test("what Keras writes beside is taken where it changes nothing, and refused where it would", () => {
    const { make, least } = all["MultiHeadAttention"];
    for (const given of [
      { attentionAxes: [1] },
      { attentionAxes: 1 },
      { flashAttention: true },
      { queryShape: [null, 3, 4] },
    ]) {
      make({ ...least, ...given, activityRegularizer: null });
    }
    for (const attentionAxes of [[2], [1, 2], 0])
      expect(() => make({ ...least, attentionAxes })).toThrow(/attentionAxes to be 1 or \[1\]/);
    expect(() => new RMSNormalization({ axis: 1 } as object)).toThrow(/expected axis to be -1, got 1/);
  });

  test("rotary options are refused by name", () => {
    for (const [rotary, message] of [
      [5, /expected rotary to be true, false or an object, got 5/],
      [{ theta: 1e4 }, /rotary: there is no argument "theta". It takes rotaryDim, base, layout/],
      [{ rotaryDim: 0 }, /expected rotaryDim to be a whole number of at least 1, got 0/],
      [{ base: 1 }, /expected base to be a finite number above 1, got 1/],
      [{ base: Infinity }, /finite number above 1/],
      [{ layout: "neox" }, /expected layout to be "interleaved" or "halves", got "neox"/],
    ] as const) {
      expect(() => new MultiHeadAttention({ numHeads: 1, keyDim: 4, rotary: rotary as object })).toThrow(message);
    }
    for (const [keyDim, rotary] of [
      [4, { rotaryDim: 3 }],
      [4, { rotaryDim: 6 }],
      [3, true],
    ] as const) {
      const layer = new MultiHeadAttention({ numHeads: 1, keyDim, rotary });
      tidy(() => {
        expect(() => layer.apply(zeros([1, 2, 4]))).toThrow(
          /expected rotary to turn an even count of a head's . dimensions/,
        );
      });
    }
  });

  test("kernels and biases begin as they are told, by object or by name", () => {
    const rules = { kernelInitializer: initializers.constant({ value: 0.5 }), biasInitializer: "ones" as const };
    const made = [
      new MultiHeadAttention({ numHeads: 1, keyDim: 2, ...rules }),
      new GroupedQueryAttention({ headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1, ...rules }),
      new SelfAttention({ dModel: 4, ...rules }),
      new TransformerEncoderLayer({ numHeads: 1, intermediateDim: 3, ...rules }),
      new TransformerDecoderLayer({ numHeads: 1, intermediateDim: 3, ...rules }),
    ];
    for (const layer of made) {
      tidy(() => void layer.apply(zeros([1, 2, 4])));
      for (const weight of layer.weights) {
        const isKernel = weight.originalName.endsWith("kernel");
        const expected = isKernel ? 0.5 : weight.originalName.endsWith("beta") ? 0 : 1;
        expect([...new Set(weight.read().dataSync())]).toEqual([expected]);
      }
      layer.dispose();
    }
    const patches = new PatchEmbedding({ patchSize: 1, embeddingDim: 2, ...rules });
    tidy(() => void patches.apply(zeros([1, 2, 2, 1])));
    expect(Array.from(patches.weights[0].read().dataSync())).toEqual([0.5, 0.5]);
    expect(Array.from(patches.weights[1].read().dataSync())).toEqual([1, 1]);
    patches.dispose();
    for (const kernelInitializer of ["glorot", 5, { className: "Nowhere", config: {} }]) {
      expect(
        () => new MultiHeadAttention({ numHeads: 1, keyDim: 2, kernelInitializer: kernelInitializer as "zeros" }),
      ).toThrow(AdapterError);
    }
    expect(() => new MultiHeadAttention({ numHeads: 1, keyDim: 2, kernelRegularizer: "l3" as "l2" })).toThrow(
      /kernelRegularizer, .* are as for tf\.layers\.dense\. Unknown regularizer: l3/,
    );
  });

  test("regularizers add to the loss", async () => {
    const layer = new MultiHeadAttention({
      numHeads: 1,
      keyDim: 1,
      kernelInitializer: initializers.constant({ value: 2 }),
      biasInitializer: initializers.constant({ value: 3 }),
      kernelRegularizer: regularizers.l2({ l2: 0.5 }),
      biasRegularizer: regularizers.l1({ l1: 0.25 }),
      inputShape: [2, 1],
    });
    const net = sequential({ layers: [layer] });
    net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = tidy(() => [keep(zeros([1, 2, 1])), keep(ones([1, 2, 1]).mul(9))]);
    const { history } = await net.fit(x, y, { epochs: 1, verbose: 0 });
    // every value is 3 and the output 2 · 3 + 3 = 9, as wanted; four kernels give 4 · 0.5 · 2², four biases 4 · 0.25 · 3
    expect(history["loss"][0]).toBeCloseTo(8 + 3, 5);
    for (const each of [net, x, y, net.optimizer as unknown as { dispose(): void }]) each.dispose();
  });

  test("rules are saved and loaded", async () => {
    const x = input({ shape: [2, 4] });
    const rules = {
      kernelInitializer: "heNormal",
      biasInitializer: initializers.constant({ value: 0.25 }),
      kernelRegularizer: regularizers.l1l2({ l1: 0.1, l2: 0.2 }),
    } as const;
    const outputs = new TransformerEncoderLayer({ numHeads: 2, intermediateDim: 3, ...rules }).apply(
      x,
    ) as SymbolicTensor;
    const net = model({ inputs: x, outputs });
    const loaded = await loadLayersModel(io.fromMemory(await artifactsOf(net)));
    const config = loaded.layers[1].getConfig();
    expect(config).toEqual({ ...net.layers[1].getConfig(), name: config["name"] });
    expect(config["kernelRegularizer"]).toMatchObject({ className: "L1L2", config: { l1: 0.1, l2: 0.2 } });
    const said = (each: typeof net): number[] =>
      tidy(() => Array.from((each.predict(tensor([1, 2, 3, 4, 4, 3, 2, 1], [1, 2, 4])) as Tensor).dataSync()));
    expect(said(loaded)).toEqual(said(net));
    net.dispose();
    loaded.dispose();
  });
});
