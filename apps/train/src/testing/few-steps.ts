import type { TrainProgress } from "../progress.ts";
import { newRun, type RunState } from "../run-state.ts";
import type { Lesson, Settings } from "../task.ts";
import { tasks } from "../tasks/tasks.ts";
import { trainRun } from "../train-run.ts";
import { Trainer } from "../trainer.ts";

export const silent: TrainProgress = { note: () => {}, update: () => {}, point: () => {}, stop: () => {} };

/** Settings of a short run. */
export function few(task: string, changes: Partial<Settings> = {}): Settings {
  return { task, seed: 1, steps: 4, batch: 8, rate: 0.003, learned: "none", text: null, ...changes };
}

export interface ShortRun {
  readonly settings: Settings;
  readonly lesson: Lesson;
  /** The same with few held-out examples and no samples. */
  readonly short: Lesson;
  readonly trainer: Trainer;
  readonly state: RunState;
}

/** A run up to a step. */
export async function runUntil(settings: Settings, step: number): Promise<ShortRun> {
  const lesson = tasks[settings.task].prepare(settings);
  const { sample: _, ...short } = { ...lesson, heldOut: lesson.heldOut.slice(0, 1) };
  const trainer = new Trainer(lesson, settings);
  let done = 0;
  const state = await trainRun({ trainer, lesson: short, settings }, newRun, {
    progress: { ...silent, update: (step) => (done = step) },
    isStopped: () => done >= step,
    save: () => Promise.resolve(),
  });
  return { settings, lesson, short, trainer, state };
}

export const numbersOf = (trainer: Trainer): Record<string, number[]> =>
  Object.fromEntries(Array.from(trainer.weights(), ([name, { data }]) => [name, Array.from(data)]));
