import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { referenceBackend } from "@fovea/dot-product-attention";
import { afterAll, expect, test } from "vitest";
import { UserError } from "@fovea/command-line";
import { modelFolder, openModelFile } from "./model-files.ts";
import { openMoonshine } from "./moonshine.ts";
import { readEncoder } from "./moonshine-weights.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-listen-model-"));
afterAll(() => rmSync(folder, { recursive: true }));
const good = readFileSync(join(modelFolder(), "encoder_model.onnx"));

test("a folder without the model is named", async () => {
  await expect(openMoonshine("/nowhere", referenceBackend)).rejects.toThrow(
    /^The model file \/nowhere\/encoder_model\.onnx cannot be used: .*ENOENT/,
  );
});

test("the decoder is not the encoder", async () => {
  copyFileSync(join(modelFolder(), "decoder_model_merged.onnx"), join(folder, "encoder_model.onnx"));
  await expect(openModelFile(folder, "encoder_model.onnx", readEncoder)).rejects.toThrow(
    /encoder_model\.onnx is not Moonshine tiny, or damaged: it lacks conv2\.weight_quantized\.$/,
  );
});

test.each<[string, Uint8Array]>([
  ["empty", new Uint8Array()],
  ["cut short", good.subarray(0, good.length / 2)],
  ["a text", new TextEncoder().encode("<html>404</html>")],
])("a model file that is %s ends in one sentence", async (_, bytes) => {
  writeFileSync(join(folder, "encoder_model.onnx"), bytes);
  const refused = await openModelFile(folder, "encoder_model.onnx", readEncoder).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect((refused as Error).message).toMatch(/^The model file .*encoder_model\.onnx cannot be used: [^\n]+$/);
});

test("random damage is read as other numbers, or ends in one sentence", async () => {
  let state = 11;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const ends = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const bytes = Uint8Array.from(good);
    for (let flips = 0; flips < 200; flips++) bytes[random(bytes.length)] = random(256);
    writeFileSync(join(folder, "encoder_model.onnx"), bytes);
    await openModelFile(folder, "encoder_model.onnx", readEncoder).catch((error: Error) => ends.add(error.name));
  }
  expect([...ends]).toEqual(["UserError"]);
});
