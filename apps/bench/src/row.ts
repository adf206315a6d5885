import type { Job } from "./job.ts";
import type { Limit } from "./contenders/meter.ts";

/** One line of the table: what is timed, beside what, and what it should reach. Plain data but for the targets. */
export interface Row {
  readonly id: string;
  /** What is done, for people. */
  readonly work: string;
  readonly job: Job;
  readonly rivals: readonly Rival[];
  /** What the machine could do at best; with it goes how many operations or bytes a run takes. */
  readonly limit?: { readonly of: Limit; readonly amount: number };
  /** Multiplications and additions of a run, for GFLOP/s. */
  readonly operations?: number;
  readonly targets: readonly Target[];
  /** What is likely in the way when a target is missed. */
  readonly limitedBy: string;
  /** The figure that is the row's `bytes`. */
  readonly bytes?: (figures: Figures) => number;
  /** What counts is the first run of a process: every run has a process of its own. */
  readonly fresh?: boolean;
  /** Its figures count, how long it takes to get them does not. */
  readonly untimed?: boolean;
  /** Seconds that the row takes about, for the time left. */
  readonly seconds: number;
}

/** Something timed in turn with Fovea. */
export interface Rival {
  readonly name: string;
  readonly job: Job;
  /** Another checkout of this repository, whose code does it. */
  readonly folder?: string;
  /** Left out by --quick. */
  readonly slow?: boolean;
  /** Its work is this part of the row's, its time counts so many times; default 1. */
  readonly times?: number;
  /** Its numbers are not those of the row: other work. */
  readonly different?: boolean;
}

export type Figures = Readonly<Record<string, number>>;

/** What was measured for a row, so far as targets ask. */
export interface Measured {
  readonly ms: number;
  readonly ofLimit: number | null;
  readonly bytes: number | null;
  /** Rival's time / ours. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly figures: Figures;
}

export interface Target {
  readonly text: string;
  /** Another library that it compares with. */
  readonly library?: string;
  /** Null when what it asks for was not measured. */
  readonly met: (measured: Measured) => boolean | null;
}

export function ofLimitAtLeast(share: number, name: string): Target {
  return {
    text: `≥ ${Math.round(share * 100)} % of ${name}`,
    met: ({ ofLimit }) => (ofLimit === null ? null : ofLimit >= share),
  };
}

/** At least so many times as fast as a rival. */
export function fasterThan(rival: string, times: number): Target {
  return {
    text: `≥ ${times} × ${rival}`,
    library: rival,
    met: ({ ratios }) => (rival in ratios ? ratios[rival] >= times : null),
  };
}

/** Takes at most so many times as long as a rival. */
export function atMostTimes(times: number, rival: string): Target {
  return {
    text: `≤ ${times} × the time of ${rival}`,
    met: ({ ratios }) => (rival in ratios ? 1 / ratios[rival] <= times : null),
  };
}

/** A rival takes at most so many times as long as we. */
export function rivalAtMostTimes(rival: string, times: number): Target {
  return {
    text: `${rival} in ≤ ${times} × the time`,
    met: ({ ratios }) => (rival in ratios ? ratios[rival] <= times : null),
  };
}

export function timeAtMost(most: number): Target {
  return { text: `≤ ${most} ms`, met: ({ ms }) => ms <= most };
}

/** At least so many a second of what a run makes `count` of. */
export function rateAtLeast(count: number, rate: number, unit: string): Target {
  return { text: `≥ ${rate.toLocaleString("en")} ${unit}/s`, met: ({ ms }) => (count * 1000) / ms >= rate };
}

export function figureAtMost(name: string, most: number, text: string): Target {
  return { text, met: ({ figures }) => (name in figures ? figures[name] <= most : null) };
}

export function bytesAtMost(most: number, text: string): Target {
  return { text, met: ({ bytes }) => (bytes === null ? null : bytes <= most) };
}
