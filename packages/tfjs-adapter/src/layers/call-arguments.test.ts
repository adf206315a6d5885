import { tensor, tidy, zeros, type Tensor } from "@tensorflow/tfjs-core";
import { input, model, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import { AdapterError } from "../adapter-error.ts";
import {
  GroupedQueryAttention,
  MultiHeadAttention,
  RMSNormalization,
  SelfAttention,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "../layers.ts";
import { normals, toTf } from "../testing/convert.ts";
import { useBackend } from "../testing/use-backend.ts";

const normal = normals(31);
const heads = (more: object = {}): MultiHeadAttention =>
  new MultiHeadAttention({ numHeads: 1, keyDim: 2, seed: 1, ...more });
const encoder = (more: object = {}): TransformerEncoderLayer =>
  new TransformerEncoderLayer({ numHeads: 1, intermediateDim: 4, seed: 1, ...more });
const decoder = (more: object = {}): TransformerDecoderLayer =>
  new TransformerDecoderLayer({ numHeads: 1, intermediateDim: 4, seed: 1, ...more });
const attending = [
  heads,
  () => new GroupedQueryAttention({ headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1 }),
  () => new SelfAttention({ dModel: 4 }),
  encoder,
  decoder,
];

/** A layer's first output for three tokens. */
const first = (run: (x: Tensor) => Tensor, numbers: number[]): number[] =>
  tidy(() =>
    Array.from(
      run(tensor(numbers, [1, 3, 4]))
        .dataSync()
        .slice(0, 4),
    ),
  );

/** Which of three tokens a layer's first output depends on. */
function firstSees(run: (x: Tensor) => Tensor): boolean[] {
  const base = Array.from(normal([12]).data);
  const plain = first(run, base);
  return [0, 1, 2].map((token) => {
    const changed = base.map((number, index) => (Math.floor(index / 4) === token ? number + 1 - (index % 3) : number));
    return first(run, changed).some((number, index) => Math.abs(number - plain[index]) > 1e-6);
  });
}

/** Whether a model with dropout says the same twice, predicting and being trained. */
const isSame = (training: boolean | null): boolean[] => {
  const [layer, x] = [heads({ dropout: 0.5 }), input({ shape: [8, 4] })];
  const net = model({ inputs: x, outputs: layer.apply(x, { training }) as SymbolicTensor });
  const same = tidy(() => {
    const y = toTf(normal([1, 8, 4]));
    const twice = [() => net.predict(y), () => net.apply(y, { training: true })] as (() => Tensor)[];
    return twice.map((say) => say().dataSync().join() === say().dataSync().join());
  });
  net.dispose();
  return same;
};

describe("call arguments", () => {
  useBackend("cpu");

  test("useCausalMask hides what follows: on tensors, where a model is built, and from the beginning", () => {
    const [open, causal] = [
      [true, true, true],
      [true, false, false],
    ];
    for (const make of [heads, encoder, decoder]) {
      const usual = make === decoder ? causal : open;
      const cases: [made: object, called: object, expected: boolean[]][] = [
        [{}, {}, usual],
        [{}, { useCausalMask: true }, causal],
        [{}, { useCausalMask: null }, usual],
        [{ useCausalMask: true }, {}, causal],
        [{ useCausalMask: false }, {}, open],
        [{ useCausalMask: true }, { useCausalMask: false }, open],
        [{}, { useCausalMask: false }, open],
      ];
      for (const [made, called, expected] of cases) {
        const [onTensors, inModel] = [make(made), make(made)];
        expect(firstSees((x) => onTensors.apply(x, called) as Tensor)).toEqual(expected);
        const x = input({ shape: [3, 4] });
        const net = model({ inputs: x, outputs: inModel.apply(x, called) as SymbolicTensor });
        expect(firstSees((y) => net.predict(y) as Tensor)).toEqual(expected);
        expect(inModel.getConfig()["useCausalMask"]).toBe(expected === causal);
        onTensors.dispose();
        net.dispose();
      }
    }
  });

  test("returnAttentionScores where a model is built gives its layer a second output", () => {
    const [layer, x] = [heads(), input({ shape: [3, 4] })];
    const outputs = layer.apply(x, { returnAttentionScores: true }) as SymbolicTensor[];
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [null, 3, 4],
      [null, 1, 3, 3],
    ]);
    const net = model({ inputs: x, outputs });
    tidy(() => {
      const [, scores] = net.predict(toTf(normal([2, 3, 4]))) as Tensor[];
      for (const sum of scores.sum(-1).dataSync()) expect(sum).toBeCloseTo(1, 5);
    });
    net.dispose();
  });

  test("training where a model is built holds whether it predicts or is trained", () => {
    expect(isSame(null)).toEqual([true, false]);
    expect(isSame(true)).toEqual([false, false]);
    expect(isSame(false)).toEqual([true, true]);
  });

  test("an attention mask is a model's input", () => {
    const [x, mask] = [input({ shape: [3, 4] }), input({ shape: [3, 3], dtype: "bool" })];
    const net = model({ inputs: [x, mask], outputs: heads().apply([x, x, x, mask]) as SymbolicTensor });
    tidy(() => {
      const visible = tensor([1, 0, 1, 1, 1, 1, 1, 1, 1], [1, 3, 3], "bool");
      expect(firstSees((y) => net.predict([y, visible]) as Tensor)).toEqual([true, false, true]);
    });
    net.dispose();
  });

  test("a value that is the query itself is self-attention, and another one is refused", () => {
    const [layer, x, y] = [heads(), input({ shape: [3, 4] }), input({ shape: [3, 4] })];
    expect((layer.apply(x, { value: x, key: x } as object) as SymbolicTensor).shape).toEqual([null, 3, 4]);
    expect(() => layer.apply(x, { value: y } as object)).toThrow(/value came as a call argument/);
    layer.dispose();
  });

  test("one layer has one setting in a model", () => {
    const [layer, x] = [heads(), input({ shape: [3, 4] })];
    layer.apply(x, { useCausalMask: true });
    layer.apply(x, { useCausalMask: true });
    for (const other of [{}, { useCausalMask: false }, { useCausalMask: true, training: true }]) {
      expect(() => layer.apply(x, other)).toThrow(
        /to be the same wherever a model uses the layer, got .*Make a layer for each/,
      );
    }
    layer.dispose();
    layer.dispose();
  });

  test("what a layer would not look at is refused by name, and says what to write", () => {
    const [x, symbolic] = [zeros([1, 3, 4]), input({ shape: [3, 4] })];
    for (const make of attending) {
      const layer = make();
      for (const given of [x, symbolic]) {
        expect(() => layer.apply(given, { use_causal_mask: true } as object)).toThrow(
          /there is no call argument "use_causal_mask", but mask, training, attentionMask, useCausalMask/,
        );
        expect(() => layer.apply(given, { useCausalMask: 1 as never })).toThrow(
          /expected useCausalMask to be true or false, got 1/,
        );
        expect(() => layer.apply(given, { value: x } as object)).toThrow(/value came as a call argument/);
        expect(() => layer.apply(given, "causal" as never)).toThrow(
          /expected the call arguments to be an object, got "causal"/,
        );
      }
      expect(() => layer.apply(symbolic, { attentionMask: x })).toThrow(
        make === encoder || make === decoder
          ? /Give the layer a mask program when it is made/
          : /kerasModel\(address or handler\)/,
      );
      expect(() => layer.apply(symbolic, { mask: x })).toThrow(/Padding masks travel by themselves/);
      expect(() => layer.apply(symbolic, { mask: x })).toThrow(AdapterError);
    }
    const [norm, block] = [new RMSNormalization(), encoder()];
    expect(() => norm.apply(x, { useCausalMask: true })).toThrow(
      /there is no call argument "useCausalMask", but mask, training\./,
    );
    expect(() => block.apply(x, { returnAttentionScores: true })).toThrow(/no call argument "returnAttentionScores"/);
    x.dispose();
  });
});
