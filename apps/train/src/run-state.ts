import { noScore, type Score } from "./score.ts";

/** One point of the curves: means over the steps since the point before, and what the held-out examples say. */
export interface Point {
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOutLoss: number;
  readonly heldOutAccuracy: number;
}

/** Where a run is. */
export interface RunState {
  /** Steps done. */
  readonly step: number;
  /** Seconds of training so far, over all sittings. */
  readonly seconds: number;
  readonly points: readonly Point[];
  /** What the steps since the last point came to. */
  readonly since: Score;
}

export const newRun: RunState = { step: 0, seconds: 0, points: [], since: noScore };
