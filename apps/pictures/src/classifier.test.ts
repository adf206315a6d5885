import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argmax, assertAllClose, full, toArray, write, zeros } from "@fovea/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backends } from "@fovea/command-line/backends";
import { createClassifier } from "./classifier.ts";
import { mnistDigits } from "./mnist-digits.ts";
import { findModelFolder } from "./model-folder.ts";
import { sampleFolder } from "./open-pictures.ts";
import { readPicture } from "./read-picture.ts";
import { writePlainModel } from "./testing/write-plain-model.ts";
import { visionModels } from "./vision-models.ts";
import { readVisionWeights } from "./vision-weights.ts";

const { fashion, digits } = visionModels;
const fashionFolder = findModelFolder(fashion);
const digitsFolder = findModelFolder(digits);
let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "fovea-pictures-"))));
afterAll(() => rm(folder, { recursive: true }));

test.skipIf(fashionFolder === null).each(Object.entries(backends))(
  "the first 16 test pictures of Fashion-MNIST give PyTorch's logits on %s",
  async (_, backend) => {
    const golden = JSON.parse(readFileSync(join(fashionFolder!, "golden16.json"), "utf8")) as {
      readonly labels: number[];
      readonly logits: number[][];
    };
    const files = readdirSync(sampleFolder).filter((file) => file.endsWith(".png"));
    const pictures = await Promise.all(files.sort().map((file) => readPicture(join(sampleFolder, file))));
    const classifier = createClassifier(await readVisionWeights(fashionFolder!, fashion), fashion, backend());
    const logits = classifier.logits(pictures);
    assertAllClose(logits, golden.logits, { absolute: 5e-6, relative: 1e-6 });
    expect(toArray(argmax(logits, 1))).toEqual(golden.labels);
    classifier.dispose();
  },
);

test.skipIf(digitsFolder === null)("the digits model reads most of MNIST's digits", async () => {
  const classifier = createClassifier(await readVisionWeights(digitsFolder!, digits), digits, backends["wasm"]());
  const pictures = [0, 1, 6, 7].flatMap((digit) => mnistDigits(digit).slice(0, 50));
  const read = toArray(argmax(classifier.logits(pictures), 1));
  const right = read.filter((digit, index) => digit === [0, 1, 6, 7][Math.floor(index / 50)]).length;
  // one in ten would be chance
  expect(right).toBeGreaterThan(170);
  const { probabilities, attention } = classifier.look(pictures[0]);
  expect(attention.length).toBe(16);
  for (const shares of [probabilities, attention]) expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
  classifier.dispose();
});

test("weights of 0 look at every patch alike and answer by the head's bias", async () => {
  await writePlainModel(folder);
  const classifier = createClassifier(await readVisionWeights(folder, fashion), fashion, backends["reference"]());
  const { probabilities, attention } = classifier.look({
    width: 28,
    height: 28,
    light: new Float32Array(784).fill(0.5),
  });
  probabilities.forEach((probability, index) => expect(probability).toBeCloseTo((index + 1) / 55, 6));
  expect(attention.length).toBe(49);
  attention.forEach((share) => expect(share).toBeCloseTo(1 / 49, 9));
});

test("a model whose class token asks for light looks at the patch that is lit", async () => {
  // the first number of a vector is its patch's light, of a key the vector's first, and every query asks for it
  const sum = zeros([64, 16]);
  for (let pixel = 0; pixel < 16; pixel++) write(sum, [0, pixel], 1);
  const query = zeros([192]);
  write(query, [0], 1);
  const key = zeros([192, 64]);
  write(key, [64, 0], 1);
  await writePlainModel(folder, { "patch.weight": sum, "blocks.3.qkv.weight": key, "blocks.3.qkv.bias": query });
  const classifier = createClassifier(await readVisionWeights(folder, fashion), fashion, backends["wasm"]());
  const light = new Float32Array(784);
  for (let y = 8; y < 12; y++) light.fill(1, y * 28 + 20, y * 28 + 24);
  const { attention } = classifier.look({ width: 28, height: 28, light });
  const lit = 2 * 7 + 5;
  // normalized, that number is ±√63; the last layer's first head weighs by exp(±√63 / √16), and by 1 the class token, whose number is 0
  const [bright, dim] = [Math.exp(Math.sqrt(63) / 4), Math.exp(-Math.sqrt(63) / 4)];
  // three heads look evenly; half passes by; of three even layers before, with half passing by each, one eighth stays where it was
  const [most, other] = [bright, dim].map((weight) => {
    return (weight / (bright + 48 * dim + 1) + 3 / 50) / 4 / 2 / 8 + 7 / 8 / 50;
  });
  expect(attention[lit]).toBeCloseTo(most / (most + 48 * other), 5);
  const others = attention.filter((_, patch) => patch !== lit);
  others.forEach((share) => expect(share).toBeCloseTo(others[0], 9));
});

test.each([
  [
    "another shape",
    { pos: zeros([1, 17, 64]) },
    /is another model's: .* 1 are missing or of another shape, beginning with pos\.$/,
  ],
  [
    "a number that is none",
    { "blocks.2.fc1.bias": full([128], NaN) },
    /is damaged: blocks\.2\.fc1\.bias is not finite/,
  ],
])("a file with %s is refused", async (_, changes, message) => {
  await writePlainModel(folder, changes);
  await expect(readVisionWeights(folder, fashion)).rejects.toThrow(message);
});

test("weights too large to compute with are refused", async () => {
  await writePlainModel(folder, { "norm.bias": full([64], 3e38), "head.weight": full([10, 64], 3e38) });
  const classifier = createClassifier(await readVisionWeights(folder, fashion), fashion, backends["wasm"]());
  const picture = { width: 28, height: 28, light: new Float32Array(784) };
  expect(() => classifier.look(picture)).toThrow("The weights give no finite answer");
});

test("a file cut short anywhere, another model's or a missing one is refused", async () => {
  await writePlainModel(folder);
  const path = join(folder, fashion.file);
  const whole = await readFile(path);
  for (const length of [whole.length - 1, whole.length >> 1, 3000, 100, 8, 7, 0]) {
    await truncate(path, length);
    await expect(readVisionWeights(folder, fashion), `at ${length} bytes`).rejects.toThrow(
      "The weights cannot be used.",
    );
  }
  await writeFile(join(folder, digits.file), whole);
  await expect(readVisionWeights(folder, digits)).rejects.toThrow(
    /mnist_vit\.safetensors is another model's: .* beginning with patch\.weight\.$/,
  );
  await expect(readVisionWeights("/nowhere", fashion)).rejects.toThrow(/The weights cannot be used\. .*vit_fashion/);
});
