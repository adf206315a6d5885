import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { tensor } from "@fovea/tensor";
import { writeSafetensors } from "@fovea/weights";
import { io } from "@tensorflow/tfjs-core";
import { loadLayersModel, type LayersModel } from "@tensorflow/tfjs-layers";
import type { Trainer } from "./trainer.ts";
import { writeWhole } from "@fovea/command-line";

/** Saves the trained weights twice: `weights.safetensors`, and `model/model.json` with `model/weights.bin` for `tf.loadLayersModel`. */
export async function saveModel(folder: string, trainer: Trainer): Promise<void> {
  const weights = new Map(
    Array.from(trainer.weights(), ([name, { shape, data }]) => [name, tensor(data, { shape: [...shape] })]),
  );
  await writeWhole(join(folder, "weights.safetensors"), writeSafetensors(weights));
  const handler = io.withSaveHandler(async (artifacts) => {
    const { weightData, weightSpecs, ...rest } = artifacts;
    const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
    const bytes = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
    await writeWhole(join(folder, "model", "weights.bin"), bytes);
    await writeWhole(join(folder, "model", "model.json"), JSON.stringify({ ...rest, weightsManifest }));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  });
  await trainer.model.save(handler);
}

/** The model that `saveModel` saved in a folder. */
export async function loadModel(folder: string): Promise<LayersModel> {
  const { weightsManifest, ...rest } = JSON.parse(await readFile(join(folder, "model", "model.json"), "utf8"));
  const bytes = await readFile(join(folder, "model", "weights.bin"));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return loadLayersModel(io.fromMemory({ ...rest, weightSpecs: weightsManifest[0].weights, weightData }));
}
