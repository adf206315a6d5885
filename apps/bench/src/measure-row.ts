import type { Result } from "./result.ts";
import type { Figures, Measured, Rival, Row } from "./row.ts";
import { startContender, startFresh } from "./start-contender.ts";
import type { Contender } from "./start-contender.ts";
import { median, mostNoise, noiseOf, pairedRatio, spread } from "./statistics.ts";

/** How long to measure. */
export interface Effort {
  /** Leaves slow rivals out. */
  readonly quick: boolean;
  readonly rounds: number;
  /** How many times as many rounds, and as long, it may take until the ratios are no longer noisy. */
  readonly patience: number;
  /** Most milliseconds of one contender, and of all in a row: no further round begins then. */
  readonly spent: number;
  readonly row: number;
  /** Milliseconds of a contender's turn in a round; at least one run. */
  readonly turn: number;
  /** Milliseconds that a contender runs before the first round, where times are compared: engines compile for good what has run for a while. */
  readonly warmUp: number;
}

export const quickEffort: Effort = {
  quick: true,
  rounds: 7,
  patience: 1,
  spent: 700,
  row: 3000,
  turn: 25,
  warmUp: 100,
};
export const fullEffort: Effort = {
  quick: false,
  rounds: 21,
  patience: 4,
  spent: 6000,
  row: 20_000,
  turn: 50,
  warmUp: 500,
};

interface Runner {
  readonly name: string;
  readonly contender: Contender;
  /** Milliseconds a run, per round; undefined where it sat out. */
  readonly rounds: (number | undefined)[];
  readonly all: number[];
  spent: number;
}

/** A first run as long as this counts as a measurement: getting warm does not show in it. */
const longRun = 3000;
const ownName = "Fovea";
const limitName = "limit";
/** Fewest processes whose first runs tell something. */
const fewestProcesses = 9;

/** Times a row: each contender in a process of its own, all in turn, round after round, so that what slows the machine slows them alike. */
export async function measureRow(row: Row, effort: Effort, signal: AbortSignal): Promise<Result> {
  const runners: Runner[] = [];
  const failures: string[] = [];
  const compares = row.rivals.length > 0 || row.limit !== undefined;
  const start = async (name: string, job: Row["job"], folder?: string): Promise<void> => {
    try {
      const contender = await (row.fresh ? startFresh : startContender)(job, signal, folder);
      // ours and the limit are compared in one round at least, so their first runs do not count
      const long = contender.first > longRun && name !== ownName;
      const times = long ? [contender.first] : [];
      if (compares && !long && !row.fresh) await contender.run(effort.warmUp);
      runners.push({ name, contender, rounds: [...times], all: [...times], spent: long ? contender.first : 0 });
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(`${name} fails: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  try {
    await start(ownName, row.job);
    if (runners.length === 0) return resultOf(row, runners, failures, {});
    if (row.limit) await start(limitName, { contender: "meter", work: row.limit.of });
    const skipped = row.rivals.filter(({ slow }) => effort.quick && slow);
    for (const { name, job, folder } of row.rivals) {
      if (!skipped.some((rival) => rival.name === name)) await start(name, job, folder);
    }
    if (skipped.length > 0) failures.push(`--quick leaves out ${skipped.map(({ name }) => name).join(", ")}`);

    const processes = { rounds: Math.max(fewestProcesses, effort.rounds), spent: Infinity, row: Infinity };
    await runRounds(runners, row.fresh ? { ...effort, ...processes } : effort, failures);

    if (runners[0].spent < 0) return resultOf(row, [], failures, {});
    const { figures } = await runners[0].contender.report();
    failures.push(...(await disagreements(row, runners)));
    return resultOf(row, runners, failures, figures);
  } finally {
    for (const { contender } of runners) contender.stop();
  }
}

async function runRounds(runners: readonly Runner[], most: Effort, failures: string[]): Promise<void> {
  const begun = performance.now();
  for (let round = 0; round < most.rounds * most.patience; round++) {
    // longer than planned only for ratios that are still noisy
    const planned = round < most.rounds && performance.now() - begun <= most.row;
    if (round > 0 && !planned && Object.keys(noiseIn(runners)).length === 0) break;
    if (round > 0 && performance.now() - begun > most.row * most.patience) break;
    // there and back again, so that nobody always follows the same one
    for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
      if (runner.rounds.length > round || runner.spent < 0) continue;
      if (runner.all.length > 0 && runner.spent >= most.spent * most.patience) continue;
      try {
        // a limit is measured for a good part of the time that it is compared with
        const turn = runner.name === limitName ? Math.max(most.turn, median(runners[0].all) / 4 || 0) : most.turn;
        const times = await runner.contender.run(turn);
        // a limit is the best that can be done; interruptions do not make it lower
        runner.rounds[round] = runner.name === limitName ? Math.min(...times) : median(times);
        runner.all.push(...times);
        runner.spent += times.reduce((sum, time) => sum + time, 0);
      } catch (error) {
        failures.push(`${runner.name} fails: ${error instanceof Error ? error.message : String(error)}`);
        runner.spent = -1;
      }
    }
  }
}

/** Ratios, by rival, whose middle half lies too far apart to be relied on, and how far. */
function noiseIn(runners: readonly Runner[]): Record<string, number> {
  const own = runners.find(({ name }) => name === ownName);
  return Object.fromEntries(
    runners.flatMap(({ name, rounds }) => {
      const noise = name === ownName || !own ? null : noiseOf(own.rounds, rounds);
      return noise !== null && noise > mostNoise ? [[name, noise]] : [];
    }),
  );
}

/** The best native operator first: the one that takes least time. */
function nativeFirst(ratios: Readonly<Record<string, number>>): Record<string, number> {
  const natives = Object.keys(ratios).filter((name) => name.startsWith("onnxruntime-node"));
  const best = natives.toSorted((a, b) => ratios[a] - ratios[b]).slice(0, 1);
  return Object.fromEntries(
    [...best, ...Object.keys(ratios).filter((name) => !best.includes(name))].map((name) => [name, ratios[name]]),
  );
}

/** Contenders whose numbers are not ours although they do the same work. */
async function disagreements(row: Row, runners: readonly Runner[]): Promise<string[]> {
  const { check: expected } = await runners[0].contender.report();
  const found: string[] = [];
  for (const { name, contender, spent } of runners.slice(1)) {
    const rival = row.rivals.find((rival) => rival.name === name);
    if (!rival || rival.different || spent < 0) continue;
    const { check } = await contender.report();
    const furthest = Math.max(0, ...check.map((value, index) => Math.abs(value - expected[index])));
    if (!(furthest < 1e-3)) found.push(`${name} gives other numbers, by ${furthest.toPrecision(2)}`);
  }
  return found;
}

function resultOf(row: Row, runners: readonly Runner[], remarks: readonly string[], figures: Figures): Result {
  const own = runners.find(({ name }) => name === ownName);
  const ms = own ? median(own.all) : Number.NaN;
  const timesOf = ({ name }: Rival) => runners.find((runner) => runner.name === name);
  const ratios: Record<string, number> = {};
  for (const rival of row.rivals) {
    const runner = timesOf(rival);
    if (own && runner && runner.all.length > 0) {
      ratios[rival.name] = pairedRatio(own.rounds, runner.rounds) * (rival.times ?? 1);
    }
  }
  const noisy = noiseIn(runners);
  const limit = runners.find(({ name }) => name === limitName);
  const rate = row.limit ? pairedRatio(own?.rounds ?? [], limit?.rounds ?? []) * (row.limit.amount / 1e9) : Number.NaN;
  const ofLimit = Number.isNaN(rate) ? null : rate;
  const bytes = own && row.bytes ? row.bytes(figures) : null;
  const timed = own !== undefined && !row.untimed;
  const measured: Measured = { ms, ofLimit, bytes, ratios, figures };
  const verdicts = row.targets.map((target) => ({ target, met: target.met(measured) }));
  const missed = verdicts.filter(({ met }) => met === false);
  const notes = [
    ...missed.map(({ target }) => `missed: ${target.text}`),
    ...(missed.length > 0 ? [`limited by ${row.limitedBy}`] : []),
    ...missed.flatMap(({ target }) => rateOf(row, target.library, ms, ratios)),
    ...Object.entries(noisy).map(
      ([name, noise]) => `too noisy: ${name}, the middle half within ${Math.round(noise * 100)} %`,
    ),
    ...figureNotes(row, figures),
    ...remarks,
  ];
  return {
    id: row.id,
    ms: timed ? ms : null,
    spread: timed ? spread(own.all) : null,
    gflops: own && row.operations ? row.operations / ms / 1e6 : null,
    ofLimit,
    bytes,
    ratios: nativeFirst(ratios),
    noisy,
    target: row.targets.map(({ text }) => text).join("; "),
    met: row.targets.length === 0 ? null : own !== undefined && missed.length === 0 && verdicts.some(({ met }) => met),
    note: notes.join("; "),
  };
}

/** How fast a library computes that we should have left further behind. */
function rateOf({ operations }: Row, library: string | undefined, ms: number, ratios: Result["ratios"]): string[] {
  if (!operations || library === undefined || !(library in ratios)) return [];
  const gflops = operations / (ms * ratios[library]) / 1e6;
  return [`${library} computes ${gflops.toFixed(0)} GFLOP/s here`];
}

/** Figures that no other column shows. */
function figureNotes({ job }: Row, figures: Figures): string[] {
  if (job.contender === "accuracy" && "forward" in figures) {
    const [forward, gradients] = ["forward", "gradients"].map((name) => figures[name].toExponential(1));
    return [`largest difference relative to the largest number: forward ${forward}, gradients ${gradients}`];
  }
  if ("kernelShare" in figures)
    return [`${Math.round(figures["kernelShare"] * 100)} % of the time in kernels, by a sampling profiler`];
  if (job.contender !== "compile" || !("first" in figures)) return [];
  return [
    `slowest kind ${figures["slowestKind"].toFixed(1)} ms, the first in a fresh process ${figures["first"].toFixed(1)} ms`,
    `${figures["compilations"]} compilations in 1,000 calls of changing lengths`,
  ];
}
