import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { LearnedWay } from "./learned-ways.ts";

/** What decides a run: the same settings give the same weights. */
export interface Settings {
  readonly task: string;
  readonly seed: number;
  /** Batches in all. */
  readonly steps: number;
  /** Examples a step. */
  readonly batch: number;
  /** Highest learning rate. */
  readonly rate: number;
  readonly learned: LearnedWay;
  /** File to learn the characters of; null for the text that comes with the app. */
  readonly text: string | null;
}

/** Examples with their answers. */
export interface Batch {
  readonly inputs: Float32Array | Int32Array;
  /** `[examples, …]` */
  readonly shape: readonly number[];
  /** Right class of each row of logits `[examples * rows]`; -1 where none is asked for. */
  readonly labels: Int32Array;
}

/** Something to learn, ready: data and the model that learns it. */
export interface Lesson {
  /** Changes when the data do, so that a run does not go on with others. */
  readonly fingerprint: string;
  readonly classes: number;
  /** Answers of one example that must all be right to count as one: 1, or the letters of a word. */
  readonly group: number;
  /** What accuracy counts. */
  readonly counts: string;
  createModel(): LayersModel;
  /** The examples of a step: decided by seed and step alone, so a run that goes on needs no other state. */
  batch(step: number): Batch;
  readonly heldOut: readonly Batch[];
  /** A line or two on what the model can do by now. */
  sample?(model: LayersModel): string;
  /** What is drawn or written when training ends: name → content. */
  pictures(model: LayersModel): Readonly<Record<string, string | Uint8Array>>;
}

export interface Task {
  prepare(settings: Settings): Lesson;
}
