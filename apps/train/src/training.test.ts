import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uninstallFastProducts } from "@fovea/tfjs-adapter/products";
import { openSafetensors } from "@fovea/weights";
import { memory, tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readCheckpoint, restore, writeCheckpoint } from "./checkpoint.ts";
import { learnedTables } from "./learned-tables.ts";
import { loadModel, saveModel } from "./saved-model.ts";
import { startTensorFlow } from "./start-tensorflow.ts";
import { sortWith } from "./tasks/sort.ts";
import { tasks } from "./tasks/tasks.ts";
import { few, numbersOf, runUntil, silent } from "./testing/few-steps.ts";
import { trainRun } from "./train-run.ts";
import { Trainer } from "./trainer.ts";

let folder = "";

beforeAll(startTensorFlow);
afterAll(uninstallFastProducts);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-train-"));
});
afterEach(() => rm(folder, { recursive: true }));

test.each(Object.keys(tasks))("%s: a run that was stopped and goes on is the run that never stopped", async (task) => {
  const settings = few(task);
  const whole = await runUntil(settings, 4);
  const part = await runUntil(settings, 2);
  expect(part.state.step).toBe(2);
  expect(numbersOf(part.trainer)).not.toEqual(numbersOf(whole.trainer));

  const path = join(folder, "checkpoint.safetensors");
  await writeCheckpoint(path, part.trainer, { settings, fingerprint: part.lesson.fingerprint, state: part.state });
  const checkpoint = await readCheckpoint(path);
  if (checkpoint === null) throw new Error("the checkpoint was not found");
  const trainer = new Trainer(part.lesson, checkpoint.settings);
  restore(trainer, checkpoint);
  const end = await trainRun({ trainer, lesson: part.short, settings: checkpoint.settings }, checkpoint.state, {
    progress: silent,
    isStopped: () => false,
    save: () => Promise.resolve(),
  });
  expect(end.points).toEqual(whole.state.points);
  expect(numbersOf(trainer)).toEqual(numbersOf(whole.trainer));
  for (const used of [whole.trainer, part.trainer, trainer]) used.dispose();
});

test("another seed gives other weights, and other batches", async () => {
  const [one, two] = [await runUntil(few("sort"), 1), await runUntil(few("sort", { seed: 2 }), 1)];
  expect(numbersOf(one.trainer)).not.toEqual(numbersOf(two.trainer));
  expect(one.lesson.batch(0)).not.toEqual(two.lesson.batch(0));
  one.trainer.dispose();
  two.trainer.dispose();
});

test("steps, tests, samples and pictures leave no tensor behind", async () => {
  const before = memory().numTensors;
  for (const task of Object.keys(tasks)) {
    const { trainer, lesson } = await runUntil(few(task, { learned: "temperature" }), 2);
    const inUse = memory().numTensors;
    trainer.learn(2);
    trainer.test(lesson.heldOut.slice(0, 1));
    lesson.sample?.(trainer.model);
    if (task !== "characters") lesson.pictures(trainer.model);
    expect({ task, tensors: memory().numTensors }).toEqual({ task, tensors: inUse });
    trainer.dispose();
  }
  expect(memory().numTensors).toBe(before);
});

test("a saved model says what the trained one says, in both formats", async () => {
  const { trainer, lesson } = await runUntil(few("digits", { learned: "span" }), 2);
  await saveModel(folder, trainer);
  const loaded = await loadModel(folder);
  const { inputs, shape } = lesson.batch(0);
  const answer = (net: typeof loaded): number[] =>
    tidy(() => Array.from((net.predict(tensor(inputs, [...shape])) as Tensor).dataSync()));
  expect(answer(loaded)).toEqual(answer(trainer.model));

  const file = await openSafetensors(await readFile(join(folder, "weights.safetensors")));
  for (const [name, numbers] of Object.entries(numbersOf(trainer))) {
    expect(Array.from((await file.tensor(name)).data, Number)).toEqual(numbers);
  }
  expect((await readdir(join(folder, "model"))).sort()).toEqual(["model.json", "weights.bin"]);
  loaded.dispose();
  trainer.dispose();
});

test("learned ways of looking move away from where they began", async () => {
  const { trainer } = await runUntil(few("sort", { learned: "temperature" }), 4);
  const tables = learnedTables(trainer);
  expect(Object.keys(tables)).toEqual(["block1_attention/score/sharpness", "block2_attention/score/sharpness"]);
  for (const values of Object.values(tables)) expect(values.some((value) => value !== 0)).toBe(true);
  trainer.dispose();
});

test("a hundred and twenty steps sort most of the words that were held out", async () => {
  const { trainer, state } = await runUntil(few("sort", { steps: 120, batch: 32 }), 120);
  expect(state.points.at(-1)?.heldOutAccuracy).toBeGreaterThan(0.9);
  expect(sortWith(trainer.model, [2, 1, 0, 2, 1, 0])).toEqual([0, 0, 1, 1, 2, 2]);
  trainer.dispose();
});

test("a checkpoint that is damaged, cut short or something else is refused", async () => {
  const { trainer, lesson, settings, state } = await runUntil(few("sort"), 1);
  const path = join(folder, "checkpoint.safetensors");
  await writeCheckpoint(path, trainer, { settings, fingerprint: lesson.fingerprint, state });
  const bytes = await readFile(path);
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 100] ^= 1;
  for (const damaged of [flipped, bytes.subarray(0, 1000), Buffer.from("hello"), Buffer.alloc(0)]) {
    await writeFile(path, damaged);
    await expect(readCheckpoint(path)).rejects.toThrow(/is damaged: .* Add --restart to begin anew/);
  }
  expect(await readCheckpoint(join(folder, "none"))).toBeNull();

  await writeFile(path, bytes);
  const checkpoint = await readCheckpoint(path);
  const other = new Trainer(tasks.digits.prepare(few("digits")), few("digits"));
  const before = numbersOf(other);
  expect(() => restore(other, checkpoint as NonNullable<typeof checkpoint>)).toThrow("it is of another model");
  expect(numbersOf(other)).toEqual(before);
  other.dispose();
  trainer.dispose();
});
