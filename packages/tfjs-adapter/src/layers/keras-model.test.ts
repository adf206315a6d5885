import { tidy, type io, type Tensor } from "@tensorflow/tfjs-core";
import { input, loadLayersModel, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { describe, expect, test } from "vitest";
import { AdapterError } from "../adapter-error.ts";
import { GroupedQueryAttention, kerasModel, MultiHeadAttention } from "../layers.ts";
import { normals, toTf } from "../testing/convert.ts";
import { useBackend } from "../testing/use-backend.ts";

const normal = normals(41);

const inputLayer = (name: string, tokens: number, width: number): object => ({
  class_name: "InputLayer",
  config: { name, batch_input_shape: [null, tokens, width], dtype: "float32" },
  name,
  inbound_nodes: [],
});

/** What Keras 2 writes for `layer(the_query, **kwargs)`. */
const file = (kwargs: object, more: object = {}): io.ModelJSON["modelTopology"] => ({
  model_config: {
    class_name: "Functional",
    config: {
      name: "net",
      layers: [
        inputLayer("the_query", 3, 4),
        inputLayer("the_value", 5, 4),
        inputLayer("the_key", 5, 4),
        inputLayer("the_mask", 3, 5),
        {
          class_name: "MultiHeadAttention",
          config: {
            name: "looking",
            trainable: true,
            dtype: "float32",
            num_heads: 2,
            key_dim: 3,
            value_dim: 3,
            dropout: 0,
            use_bias: true,
            output_shape: null,
            attention_axes: [1],
            kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
            bias_initializer: { class_name: "Zeros", config: {} },
            kernel_regularizer: null,
            bias_regularizer: null,
            activity_regularizer: null,
            kernel_constraint: null,
            bias_constraint: null,
            query_shape: [null, 3, 4],
            key_shape: [null, 5, 4],
            value_shape: [null, 5, 4],
            ...more,
          },
          name: "looking",
          inbound_nodes: [[["the_query", 0, 0, kwargs]]],
        },
      ],
      input_layers: ["the_query", "the_value", "the_key", "the_mask"].map((name) => [name, 0, 0]),
      output_layers: [["looking", 0, 0]],
    },
  },
});

const attends = (inbound: object[]): object => ({
  class_name: "GroupedQueryAttention",
  config: { name: "looking", head_dim: 2, num_query_heads: 2, num_key_value_heads: 1, flash_attention: false },
  name: "looking",
  inbound_nodes: inbound,
});

const memory = (modelTopology: object): io.IOHandler => ({ load: () => Promise.resolve({ modelTopology }) });
const load = (kwargs: object, more?: object): Promise<LayersModel> =>
  loadLayersModel(kerasModel(memory(file(kwargs, more) as object)));

const shapes = [
  [2, 3, 4],
  [2, 5, 4],
  [2, 5, 4],
];
const numbers = shapes.map((shape) => normal(shape));
const visible = [1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0];

/** What a model says, its one layer having the weights of `from`. */
function answer(net: LayersModel, from: MultiHeadAttention): number[] {
  return tidy(() => {
    net.setWeights(from.getWeights());
    const mask = {
      data: Uint8Array.from([...visible, ...visible]),
      shape: [2, 3, 5],
      dtype: "bool" as const,
      strides: [15, 5, 1],
      offset: 0,
    };
    const output = net.predict([...numbers.map((each) => toTf(each)), toTf(mask)]) as Tensor;
    return Array.from(output.dataSync());
  });
}

/** What a layer says, on tensors. */
function say(layer: MultiHeadAttention, order: readonly number[], kwargs: object = {}): number[] {
  return tidy(() =>
    Array.from(
      (
        layer.apply(
          order.map((index) => toTf(numbers[index])),
          kwargs,
        ) as Tensor
      ).dataSync(),
    ),
  );
}

const [value, key, attention_mask] = ["the_value", "the_key", "the_mask"].map((name) => [name, 0, 0]);

describe("files of Keras 2", () => {
  useBackend("cpu");

  test("tensors among the call arguments become inputs", async () => {
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3, seed: 4 });
    const cases: [kwargs: object, expected: () => number[]][] = [
      [{ value }, () => say(layer, [0, 1])],
      [{ value, key }, () => say(layer, [0, 1, 2])],
      [{ value, training: null, use_causal_mask: false }, () => say(layer, [0, 1])],
      [{ value, use_causal_mask: true }, () => say(layer, [0, 1], { useCausalMask: true })],
      [{ value: ["the_query", 0, 0] }, () => say(layer, [0])],
      [{ value: ["the_query", 0, 0], use_causal_mask: true }, () => say(layer, [0], { useCausalMask: true })],
    ];
    for (const [kwargs, expected] of cases) {
      const right = expected();
      const net = await load(kwargs);
      const found = answer(net, layer);
      for (const [index, number] of right.entries()) expect(found[index]).toBeCloseTo(number, 5);
      net.dispose();
    }
    const masked = await load({ value, attention_mask });
    const found = answer(masked, layer);
    const right = tidy(() => {
      const mask = toTf(normal([2, 3, 5]))
        .mul(0)
        .add(toTf({ ...normal([3, 5]), data: Float32Array.from(visible) })) as Tensor;
      const given = [0, 1].map((index) => toTf(numbers[index]));
      return Array.from((layer.apply(given, { attentionMask: mask }) as Tensor).dataSync());
    });
    for (const [index, number] of right.entries()) expect(found[index]).toBeCloseTo(number, 5);
    masked.dispose();
    layer.dispose();
  });

  test("without kerasModel, what TensorFlow.js would not read is refused, and the way is said", async () => {
    for (const kwargs of [{ value }, { value, key }, { value: ["the_query", 0, 0], attention_mask }]) {
      const loading = loadLayersModel(memory(file(kwargs) as object));
      await expect(loading).rejects.toThrow(/tf\.loadLayersModel\(kerasModel\(address or handler\)\)/);
      await expect(loading).rejects.toThrow(AdapterError);
    }
  });

  test("self-attention and settings load without it", async () => {
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3, seed: 4 });
    for (const kwargs of [
      { value: ["the_query", 0, 0] },
      { value: ["the_query", 0, 0], key: ["the_query", 0, 0] },
      {},
    ]) {
      const right = say(layer, [0], { useCausalMask: true });
      const net = await loadLayersModel(memory(file({ ...kwargs, use_causal_mask: true, training: null }) as object));
      const found = answer(net, layer);
      for (const [index, number] of right.entries()) expect(found[index]).toBeCloseTo(number, 5);
      net.dispose();
    }
    layer.dispose();
  });

  test("a model inside a model, a grouped layer, and one that is used twice", async () => {
    const ends = {
      input_layers: [
        ["a", 0, 0],
        ["b", 0, 0],
      ],
      output_layers: [["looking", 1, 0]],
    };
    const inner = {
      class_name: "Functional",
      name: "inner",
      config: {
        name: "inner",
        layers: [
          inputLayer("a", 3, 4),
          inputLayer("b", 5, 4),
          attends([[["a", 0, 0, { value: ["b", 0, 0] }]], [["looking", 0, 0, { value: ["b", 0, 0] }]]]),
        ],
        ...ends,
      },
      inbound_nodes: [
        [
          ["q", 0, 0, {}],
          ["v", 0, 0, {}],
        ],
      ],
    };
    const outer = {
      class_name: "Functional",
      config: {
        name: "outer",
        layers: [inputLayer("q", 3, 4), inputLayer("v", 5, 4), inner],
        input_layers: [
          ["q", 0, 0],
          ["v", 0, 0],
        ],
        output_layers: [["inner", 1, 0]],
      },
    };
    const net = await loadLayersModel(kerasModel(memory({ model_config: outer })));
    const layer = new GroupedQueryAttention({ headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1, seed: 2 });
    tidy(() => {
      const [x, y] = [toTf(numbers[0]), toTf(numbers[1])];
      const right = layer.apply([layer.apply([x, y]) as Tensor, y]) as Tensor;
      net.setWeights(layer.getWeights());
      const found = (net.predict([x, y]) as Tensor).dataSync();
      for (const [index, number] of right.dataSync().entries()) expect(found[index]).toBeCloseTo(number, 5);
    });
    layer.dispose();
    const inside = (net.layers[2] as unknown as LayersModel).layers[2];
    while (inside.dispose().refCountAfterDispose > 0);
  });

  test("a value that is no tensor of the model, and an address that nothing reads, are refused", async () => {
    await expect(
      load({
        value: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).rejects.toThrow(/expected value of looking to be a tensor of the model, got \[\[1,2\],\[3,4\]\]/);
    await expect(load({ value, attention_mask: [true] })).rejects.toThrow(AdapterError);
    await expect(loadLayersModel(kerasModel({}))).rejects.toThrow(
      /kerasModel: expected an address or a handler that can load/,
    );
    await expect(loadLayersModel(kerasModel(5 as never))).rejects.toThrow(AdapterError);
  });

  test("other layers, and a model that TensorFlow.js saved, pass through as they are", async () => {
    const x = input({ shape: [3, 4] });
    const layer = new MultiHeadAttention({ numHeads: 1, keyDim: 2 });
    const net = model({
      inputs: [x, x].slice(1),
      outputs: layer.apply([x, x], { useCausalMask: true }) as SymbolicTensor,
    });
    const topology = net.toJSON(null, false) as object;
    const loaded = await loadLayersModel(kerasModel(memory(topology)));
    expect(loaded.layers[1].getConfig()["useCausalMask"]).toBe(true);
    expect(loaded.layers[1].inboundNodes[0].inboundLayers.length).toBe(2);
    net.dispose();
    loaded.dispose();
  });
});
