import { attention, attentionGradients } from "@fovea/dot-product-attention";
import { createBlockMask, draw } from "@fovea/masking";
import { evaluate } from "@fovea/program";
import { allClose, randomGenerator, readValues, tensor, toFloat64, toNested } from "@fovea/tensor";
import { expect, test } from "vitest";
import { backends } from "@fovea/command-line/backends";
import { additiveScore, attend, attendGradients, attentionOptions, emptyVectors } from "./graph-attention.ts";
import { createNeighborhood, neighborMask } from "./neighbor-mask.ts";

/** 0 - 1 - 2, and 3 alone; each node is its own neighbour. */
const neighbors = [[0, 1], [0, 1, 2], [1, 2], [3]].map((nodes) => Int32Array.from(nodes));
const small = createNeighborhood(neighbors);

test("a score is the sum of two numbers through LeakyReLU with a slope of 0.2", () => {
  const tables = { source: tensor([[1, -4]]), target: tensor([[2, 0.5]]) };
  const scoreOf = (query: number, key: number): number =>
    Number(evaluate(additiveScore, { score: 99, head: 0, query, key }, tables));
  expect([scoreOf(0, 0), scoreOf(0, 1)]).toEqual([3, 1.5]);
  expect(scoreOf(1, 0)).toBeCloseTo(-0.4, 12);
  expect(scoreOf(1, 1)).toBeCloseTo(-0.7, 12);
});

test("two neighbours share by e to the power of their scores, and a node alone keeps its own value", () => {
  const heads = {
    source: tensor([[0, 0, -5, 0]]),
    target: tensor([[0, Math.log(3), 0, 7]]),
    values: tensor([[[1], [5], [9], [2]]]),
  };
  const [[first, second, third, alone]] = toNested(attend(heads, small, backends["reference"](), null)) as number[][][];
  expect(first[0]).toBeCloseTo((1 + 3 * 5) / 4, 6); // weights 1/4 and 3/4
  expect(second[0]).toBeCloseTo((1 + 3 * 5 + 9) / 5, 6);
  // -5 + ln 3 and -5 are negative: a fifth of them counts
  const share = 3 ** 0.2;
  expect(third[0]).toBeCloseTo((share * 5 + 9) / (share + 1), 6);
  expect(alone[0]).toBe(2);
});

test("the mask is the list of neighbours, pair by pair", () => {
  expect(draw(neighborMask, 4, 4, { tables: { neighbors: small.bits } })).toBe("██··\n███·\n·██·\n···█");
});

test.each([31, 32, 33, 70])("a random graph of %d nodes: bits, blocks and lists say the same", (nodes) => {
  const random = randomGenerator(nodes);
  const lists = Array.from({ length: nodes }, (_, node) =>
    Int32Array.from({ length: nodes }, (__, other) => other).filter((other) => other === node || random.next() < 0.3),
  );
  const { bits, blockMask } = createNeighborhood(lists);
  const rows = draw(neighborMask, nodes, nodes, { tables: { neighbors: bits } }).split("\n");
  expect(rows).toEqual(
    lists.map((list) => Array.from({ length: nodes }, (_, key) => (list.includes(key) ? "█" : "·")).join("")),
  );
  const options = { queries: nodes, keys: nodes, queryBlock: 1, keyBlock: 1, exact: true, tables: { neighbors: bits } };
  expect(createBlockMask(neighborMask, options)).toEqual(blockMask);
});

/** Random numbers for two heads of three features on a random graph. */
function random(dtype: "float32" | "float64") {
  const generator = randomGenerator(5);
  const nodes = 12;
  const lists = Array.from({ length: nodes }, (_, node) =>
    Int32Array.from({ length: nodes }, (__, other) => other).filter(
      (other) => other === node || generator.next() < 0.3,
    ),
  );
  const normal = (...shape: number[]) => generator.normal(shape, { dtype });
  const heads = { source: normal(2, nodes), target: normal(2, nodes), values: normal(2, nodes, 3) };
  return { lists, neighborhood: createNeighborhood(lists), heads, upstream: normal(2, nodes, 3) };
}

test.each(Object.keys(backends))("%s agrees with plain loops over edges", (name) => {
  const { lists, neighborhood, heads } = random("float32");
  const backend = backends[name]();
  const [source, target, values] = [heads.source, heads.target, heads.values].map((x) => toNested(x)) as [
    number[][],
    number[][],
    number[][][],
  ];
  const expected = source.map((ofHead, head) =>
    lists.map((list, node) => {
      const scores = Array.from(list, (other) => ofHead[node] + target[head][other]).map((x) => (x > 0 ? x : 0.2 * x));
      const sum = scores.reduce((total, x) => total + Math.exp(x), 0);
      return [0, 1, 2].map((i) =>
        Array.from(list).reduce((total, other, j) => total + (Math.exp(scores[j]) / sum) * values[head][other][i], 0),
      );
    }),
  );
  const found = attend(heads, neighborhood, backend, null);
  expect(allClose(found, expected, { absolute: 1e-5, relative: 1e-5 })).toMatchObject({ pass: true });
  // and without the block list, asking the mask program about every pair
  const empty = emptyVectors(heads.source);
  const options = { ...attentionOptions(heads, neighborhood, null), blockMask: null, backend };
  const value = tensor(readValues(heads.values), { shape: [1, 2, 12, 3] });
  const asked = attention(empty, empty, value, options).output;
  expect(allClose(asked, [expected], { absolute: 1e-5, relative: 1e-5 })).toMatchObject({ pass: true });
  backend.dispose();
});

test.each([null, 7])("gradients of scores and values are central differences, dropout's seed %s", (seed) => {
  const { neighborhood, heads, upstream } = random("float64");
  const backend = backends["reference"]();
  const loss = (): number => {
    const output = toFloat64(attend(heads, neighborhood, backend, seed));
    return toFloat64(upstream).reduce((sum, gradient, i) => sum + gradient * output[i], 0);
  };
  const gradients = attendGradients(heads, neighborhood, backend, seed, upstream);
  for (const part of ["source", "target", "values"] as const) {
    const { data } = heads[part];
    const found = toFloat64(gradients[part]);
    for (let i = 0; i < data.length; i++) {
      const [value, step] = [data[i], 1e-5];
      data[i] = value + step;
      const above = loss();
      data[i] = value - step;
      const below = loss();
      data[i] = value;
      expect(found[i], `${part} ${i}`).toBeCloseTo((above - below) / (2 * step), 6);
    }
  }
});

test("wasm gives the reference's gradients, and dropout leaves out the same pairs", () => {
  const { neighborhood, heads, upstream } = random("float32");
  const wasm = backends["wasm"]();
  const judged = attendGradients(heads, neighborhood, backends["reference"](), 3, upstream);
  const fused = attendGradients(heads, neighborhood, wasm, 3, upstream);
  for (const part of ["source", "target", "values"] as const) {
    expect({ part, ...allClose(fused[part], judged[part], { absolute: 1e-5, relative: 1e-4 }) }).toMatchObject({
      part,
      pass: true,
    });
  }
  wasm.dispose();
});

test("a new seed leaves out other pairs, in the same kernel", () => {
  const { neighborhood, heads, upstream } = random("float32");
  const empty = emptyVectors(heads.source);
  const value = tensor(readValues(heads.values), { shape: [1, 2, 12, 3] });
  const gradient = tensor(readValues(upstream), { shape: [1, 2, 12, 3] });
  const outputs = [1, 2].map((seed) => {
    const options = attentionOptions(heads, neighborhood, seed);
    return toFloat64(attentionGradients(empty, empty, value, gradient, options).output);
  });
  expect(outputs[0]).not.toEqual(outputs[1]);
  expect(attentionOptions(heads, neighborhood, 1).probability).toBe(
    attentionOptions(heads, neighborhood, 2).probability,
  );
});
