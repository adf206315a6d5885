import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createWasmBackend } from "@fovea/backend-wasm";
import { full, readValues } from "@fovea/tensor";
import * as onnxruntime from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sample } from "./arguments.ts";
import { attentionPicture } from "./attention-picture.ts";
import { dataFolder, findData, UserError } from "@fovea/command-line";
import { modelFolder } from "./model-files.ts";
import { openMoonshine, type Moonshine } from "./moonshine.ts";
import { allSamples, openStream, openWavFile } from "@fovea/sound";
import { tone, wavBytes } from "@fovea/sound/testing";
import { decode, transcribe } from "./transcribe.ts";
import { wordTimes } from "./word-times.ts";

const audio = join(dataFolder(), "audio");
const isHere = findData("audio", "jfk.wav") !== null && findData("audio", "mr_quilter.npy") !== null;
if (!isHere) console.warn(`skipped: the golden recordings are not on this machine, expected ${audio}`);

const backend = createWasmBackend();
let model: Moonshine;
let sentence: Float32Array;
beforeAll(async () => {
  model = await openMoonshine(modelFolder(), backend);
  sentence = await allSamples(await openWavFile(sample));
}, 60_000);
afterAll(() => {
  model.dispose();
  backend.dispose();
});

const said = "Each word looks back at the moment of sound it came from.";

test("the sentence that comes along is written as it was said, piece by piece", async () => {
  const pieces: string[] = [];
  const { text } = await transcribe(model, sentence, { write: (piece) => void pieces.push(piece) });
  expect(text).toBe(said);
  expect(pieces.length).toBeGreaterThan(10);
  expect(pieces.join("")).toBe(said);
});

test.skipIf(!isHere)("golden: jfk.wav, and the pauses between its phrases", async () => {
  const samples = await allSamples(await openWavFile(join(audio, "jfk.wav")));
  const transcript = await transcribe(model, samples, { attention: true });
  expect(transcript.text).toBe(
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
  );
  const words = wordTimes(transcript, samples);
  // heard and seen in the waveform, in seconds, the neighbors of a pause within 0.15
  const phrases = [
    ["And", 0.3, "Americans,", 2.1],
    ["ask", 3.3, "not", 4.3],
    ["what", 5.4, "you,", 7.55],
    ["ask", 8.2, "country.", 10.4],
  ] as const;
  let place = 0;
  for (const [first, start, last, end] of phrases) {
    expect(words[place]).toMatchObject({ text: first });
    expect(Math.abs(words[place].start - start)).toBeLessThan(0.15);
    while (words[place].text !== last) place++;
    expect(Math.abs(words[place].end - end)).toBeLessThan(0.15);
    place++;
  }
  expect(place).toBe(words.length);
});

test.skipIf(!isHere)("golden: mr_quilter.npy", async () => {
  const bytes = readFileSync(join(audio, "mr_quilter.npy"));
  const samples = new Float32Array(Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
  expect((await transcribe(model, samples)).text).toBe(
    "Mr. Quilter is the apostle of the middle classes, and we are glad to welcome his gospel.",
  );
});

test("words come in order, each within the sound and after the one before", async () => {
  const words = wordTimes(await transcribe(model, sentence, { attention: true }), sentence, 100);
  expect(words.map(({ text }) => text).join(" ")).toBe(said);
  for (const [index, { start, end }] of words.entries()) {
    expect(start).toBeLessThan(end);
    expect(start).toBeGreaterThanOrEqual(index === 0 ? 100 : words[index - 1].end);
  }
  expect(words.at(-1)!.end).toBeLessThanOrEqual(100 + sentence.length / 16_000);
});

test("the encoder's vectors are onnxruntime's, but for its rounding of activations to 8 bits", async () => {
  const session = await onnxruntime.InferenceSession.create(join(modelFolder(), "encoder_model.onnx"), {
    logSeverityLevel: 4,
  });
  const input = new onnxruntime.Tensor("float32", sentence, [1, sentence.length]);
  const { last_hidden_state: expected } = await session.run({ input_values: input });
  const vectors = model.encode(sentence);
  expect(vectors.shape).toEqual(expected.dims);
  expect(cosine(readValues(vectors), expected.data as Float32Array)).toBeGreaterThanOrEqual(0.999);
});

test.each([
  ["44.1 kHz, stereo, 24 bits", 44_100, { channels: 2, bits: 24 }],
  ["48 kHz, float", 48_000, { bits: 32, float: true }],
  ["11.025 kHz, 8 bits", 11_025, { bits: 8 }],
] as const)("%s: the same words", async (_, rate, options) => {
  // between two samples a straight line
  const other = Float32Array.from({ length: Math.floor((sentence.length * rate) / 16_000) }, (_, i) => {
    const place = (i * 16_000) / rate;
    const before = Math.floor(place);
    return sentence[before] + (place - before) * ((sentence[before + 1] ?? 0) - sentence[before]);
  });
  const sound = await openStream(Readable.from([wavBytes(other, { ...options, rate })]), null);
  const { text } = await transcribe(model, await allSamples(sound));
  expect(text.toLowerCase().replaceAll(/[.,]/g, "")).toBe("each word looks back at the moment of sound it came from");
});

test("where nobody speaks little is written, and there is an end to it", async () => {
  for (const samples of [new Float32Array(32_000), tone(100, 2), new Float32Array(500), new Float32Array(0)]) {
    expect((await transcribe(model, samples)).ids.length).toBeLessThanOrEqual(13);
  }
  expect(wordTimes({ ids: [], text: "", attention: [] }, new Float32Array(0))).toEqual([]);
});

test("the decoder writes no more tokens than it may", async () => {
  const { ids, text } = await decode(model, model.encode(sentence), 3);
  expect({ ids: ids.length, text }).toEqual({ ids: 3, text: "Each word looks" });
});

test("answers that are no numbers, as damaged weights give them, end it in one sentence", async () => {
  await expect(decode(model, full([1, 3, 288], NaN), 3)).rejects.toThrow(
    new UserError("The model gives no finite answer: its files are damaged. Get them again."),
  );
});

test("the picture has a row for each word, and its axis the seconds of the recording", async () => {
  const transcript = await transcribe(model, sentence, { attention: true });
  const picture = attentionPicture(transcript, wordTimes(transcript, sentence, 61), sentence, 61);
  const texts = Array.from(picture.matchAll(/<text[^>]*>([^<]*)</g), ([, text]) => text);
  expect(texts).toEqual([
    "Which moment of sound each word came from",
    "61 s",
    "62 s",
    "63 s",
    "64 s",
    ...said.split(" "),
  ]);
  expect(picture).not.toMatch(/NaN|undefined|Infinity/);
});

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    left += a[i] ** 2;
    right += b[i] ** 2;
  }
  return product / Math.sqrt(left * right);
}
