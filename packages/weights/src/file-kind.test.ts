import { tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { tfliteBytes } from "./fixtures/tflite-bytes.ts";
import { openOnnx } from "./onnx/open-onnx.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { openTfjs } from "./open-tfjs.ts";
import { openTflite } from "./tflite/open-tflite.ts";
import { WeightFileError } from "./weight-file-error.ts";
import { writeSafetensors } from "./write-safetensors.ts";

const openers = {
  openSafetensors,
  openOnnx,
  openTflite,
  openTfjs: (bytes: Uint8Array) => openTfjs(bytes, () => new Uint8Array(0)),
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const latin1 = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
const pointer =
  "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

const files: readonly (readonly [string, Uint8Array, string, string])[] = [
  ["a page", text("\n<!DOCTYPE html><html><body>404</body></html>"), "an HTML page", "download the file itself"],
  ["an error in XML", text('\u{feff}<?xml version="1.0"?><Error/>'), "an HTML page", "download the file itself"],
  ["a Git LFS pointer", text(pointer), "a Git LFS pointer", "Run git lfs pull"],
  ["GGUF", latin1("GGUF\x03\0\0\0\x10\0\0\0\0\0\0\0"), "a GGUF model", "Convert it to safetensors"],
  ["an archive of PyTorch", latin1("PK\x03\x04\0\0\0\0\0\0archive/data.pkl"), "a zip archive", "Convert it"],
  ["an old file of PyTorch", latin1("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), "a Python pickle", "Convert it"],
  ["a file of Keras", latin1("\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"), "an HDF5 file", "Convert it"],
  ["an array of NumPy", latin1("\x93NUMPY\x01\0v\0{'descr': '<f4'}"), "a NumPy array", "Convert it"],
  ["something packed", latin1("\x1f\x8b\x08\0\0\0\0\0\0\x03model.json"), "a gzip archive", "Unpack it"],
];

describe.each(Object.entries(openers))("given to %s,", (_, open) => {
  test.each(files)("%s is called by its name", async (__, bytes, what, remedy) => {
    const refused = (await open(bytes).catch((error: unknown) => error)) as Error;
    expect(refused).toBeInstanceOf(WeightFileError);
    expect(refused.message).toContain(`got ${what}`);
    expect(refused.message).toContain(remedy);
  });
});

test("weights of one format are sent to the opener of theirs", async () => {
  const safetensors = writeSafetensors({ a: tensor([1]) });
  const tflite = tfliteBytes([{ name: "w", shape: [1], data: new Uint8Array(4) }]);
  const model = text('{ "weightsManifest": [] }');
  await expect(openOnnx(safetensors)).rejects.toThrow("got a safetensors file. Open it with openSafetensors.");
  await expect(openTflite(safetensors)).rejects.toThrow("got a safetensors file. Open it with openSafetensors.");
  await expect(openSafetensors(tflite)).rejects.toThrow("got a TensorFlow Lite model. Open it with openTflite.");
  await expect(openSafetensors(model)).rejects.toThrow("got JSON. Open the model.json of TensorFlow.js with openTfjs.");
});

test("a safetensors file that is cut short is damaged, not of another kind", async () => {
  const bytes = writeSafetensors({ a: tensor([1, 2, 3]) });
  await expect(openSafetensors(bytes.subarray(0, 20))).rejects.toThrow("header of at most 12 bytes, got");
});
