import type { TrainProgress } from "./progress.ts";
import type { Point, RunState } from "./run-state.ts";
import { addScores, noScore, type Score } from "./score.ts";
import type { Lesson, Settings } from "./task.ts";
import type { Trainer } from "./trainer.ts";

export interface RunHooks {
  readonly progress: TrainProgress;
  /** Asked after every step. */
  readonly isStopped: () => boolean;
  /** Called at every point of the curves, and when the run stops or ends. */
  readonly save: (state: RunState) => Promise<void>;
}

/** Points on the curves. */
const pointCount = 25;

/** Trains from where `state` is to the last step, or until it is stopped; the result says where that was. */
export async function trainRun(
  { trainer, lesson, settings }: { readonly trainer: Trainer; readonly lesson: Lesson; readonly settings: Settings },
  begin: RunState,
  { progress, isStopped, save }: RunHooks,
): Promise<RunState> {
  const interval = Math.max(1, Math.ceil(settings.steps / pointCount));
  let state = begin;
  while (state.step < settings.steps && !isStopped()) {
    const start = performance.now();
    const score = trainer.learn(state.step);
    const since = addScores(state.since, score);
    const step = state.step + 1;
    const isPoint = step % interval === 0 || step === settings.steps;
    const point = isPoint ? measure(step, since, trainer.test(lesson.heldOut)) : null;
    state = {
      step,
      seconds: state.seconds + (performance.now() - start) / 1000,
      points: point ? [...state.points, point] : state.points,
      since: point ? noScore : since,
    };
    progress.update(step, since);
    if (point) {
      progress.point(point, lesson.sample?.(trainer.model) ?? null);
      await save(state);
    }
    // lets Ctrl-C be heard
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (state.since.answers > 0) await save(state);
  return state;
}

function measure(step: number, since: Score, heldOut: Score): Point {
  return {
    step,
    loss: since.loss / since.answers,
    accuracy: since.right / since.groups,
    heldOutLoss: heldOut.loss / heldOut.answers,
    heldOutAccuracy: heldOut.right / heldOut.groups,
  };
}
