import { createHash } from "node:crypto";
import { tensor } from "@fovea/tensor";
import { openSafetensors, readAll, writeSafetensors } from "@fovea/weights";
import type { RunState } from "./run-state.ts";
import type { Settings } from "./task.ts";
import { isMissing, readWhole, reasonOf, UserError, writeWhole } from "@fovea/command-line";
import type { Trainer } from "./trainer.ts";

const format = "fovea-train-checkpoint-1";

/** What a run needs to go on exactly where it was. */
export interface Checkpoint {
  readonly settings: Settings;
  readonly fingerprint: string;
  readonly state: RunState;
  /** Weights, and both moments, by name. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
}

/** Saves weights, moments, step, curves so far: one safetensors file with a checksum. */
export async function writeCheckpoint(
  path: string,
  trainer: Trainer,
  about: Pick<Checkpoint, "settings" | "fingerprint" | "state">,
): Promise<void> {
  const parts = new Map(
    [...trainer.weights()].flatMap(([name, { shape, data }]) => {
      const moments = trainer.moments.get(name);
      return Object.entries({ weight: data, ...moments }).map(
        ([part, numbers]) => [`${part}/${name}`, tensor(numbers, { shape: [...shape] })] as const,
      );
    }),
  );
  const content = JSON.stringify(about);
  const checksum = checksumOf(content, new Map(Array.from(parts, ([name, { data }]) => [name, data as Float32Array])));
  await writeWhole(path, writeSafetensors(parts, { metadata: { format, content, checksum } }));
}

/** @returns null when there is none
 *  @throws {UserError} when the file is damaged or something else */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  const remedy = "Add --restart to begin anew, which replaces it.";
  const bytes = await readWhole(path, { mostBytes: 2 ** 31 - 1, remedy }).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (bytes === null) return null;
  try {
    const file = await openSafetensors(bytes, { name: path });
    if (file.metadata.get("format") !== format) throw new Error(`it is no ${format}`);
    const weights = await readAll(file);
    const arrays = new Map(Array.from(weights, ([name, { data }]) => [name, data as Float32Array]));
    const content = file.metadata.get("content") ?? "";
    if (checksumOf(content, arrays) !== file.metadata.get("checksum")) throw new Error("its checksum differs");
    return { ...(JSON.parse(content) as Pick<Checkpoint, "settings" | "fingerprint" | "state">), arrays };
  } catch (error) {
    throw new UserError(`The checkpoint ${path} is damaged: ${reasonOf(error)}. ${remedy}`);
  }
}

/** Puts weights and moments of a checkpoint into a trainer.
 *  @throws {UserError} when they are those of another model; then nothing has changed */
export function restore(trainer: Trainer, { arrays }: Checkpoint): void {
  const weights = trainer.weights();
  for (const [name, { data }] of weights) {
    for (const part of ["weight", "first", "second"]) {
      if (arrays.get(`${part}/${name}`)?.length === data.length) continue;
      throw new UserError(
        `The checkpoint has no ${part} of ${data.length} numbers for ${name}: it is of another model. Add --restart to begin anew.`,
      );
    }
  }
  for (const [name, moments] of trainer.moments) {
    trainer.setWeight(name, arrays.get(`weight/${name}`) as Float32Array);
    moments.first.set(arrays.get(`first/${name}`) as Float32Array);
    moments.second.set(arrays.get(`second/${name}`) as Float32Array);
  }
}

function checksumOf(content: string, arrays: ReadonlyMap<string, Float32Array>): string {
  const hash = createHash("sha256").update(content);
  for (const [name, { buffer, byteOffset, byteLength }] of [...arrays].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}
