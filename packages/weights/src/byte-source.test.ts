import { toArray } from "@fovea/tensor";
import { expect, test } from "vitest";
import type { ByteInput } from "./byte-source.ts";
import { referenceFile } from "./fixtures/reference-file.ts";
import { openSafetensors } from "./open-safetensors.ts";

/** A Node Buffer at an odd address inside a larger one: its own `slice` does not copy. */
const buffer = Buffer.concat([new Uint8Array(1), referenceFile]).subarray(1);

test.each<[string, ByteInput]>([
  ["Uint8Array", referenceFile],
  ["ArrayBuffer", new Uint8Array(referenceFile).buffer],
  ["Buffer", buffer],
  ["Blob", new Blob([new Uint8Array(referenceFile)])],
  ["File", new File([new Uint8Array(referenceFile)], "model.safetensors")],
  [
    "ByteSource",
    { name: "s", size: buffer.length, read: async (from, length) => buffer.subarray(from, from + length) },
  ],
])("weights are read from a %s", async (_, input) => {
  const file = await openSafetensors(input);
  expect(toArray(await file.tensor("b"))).toEqual([1, -2.5, 3, 4]);
  expect(toArray(await file.tensor("d"))).toEqual([1 / 3]);
});

test("a File's name is in errors, unless another is given", async () => {
  const file = new File(["short"], "model.safetensors");
  await expect(openSafetensors(file)).rejects.toThrow("model.safetensors: expected at least 8 bytes");
  await expect(openSafetensors(file, { name: "mine" })).rejects.toThrow("mine: expected");
});

test("a source that gives fewer bytes than it promised is refused", async () => {
  const cut = buffer.subarray(0, 503);
  const read = async (from: number, length: number): Promise<Uint8Array> => cut.subarray(from, from + length);
  const file = await openSafetensors({ name: "s", size: buffer.length, read });
  await expect(file.tensor("b")).rejects.toThrow("s: expected 16 bytes from byte 500 on, got 3");
});
