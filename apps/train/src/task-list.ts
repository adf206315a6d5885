import type { Settings } from "./task.ts";

export interface TaskInfo {
  readonly about: string;
  readonly defaults: Pick<Settings, "steps" | "batch" | "rate">;
}

/** What can be learned. Apart from the tasks themselves, so that `--help` need not load TensorFlow.js. */
export const taskList: Readonly<Record<string, TaskInfo>> = {
  digits: {
    about: "reads handwritten digits with a small vision transformer",
    defaults: { steps: 1000, batch: 64, rate: 0.003 },
  },
  characters: {
    about: "writes on in the manner of a text, character by character, with a small decoder",
    defaults: { steps: 800, batch: 16, rate: 0.003 },
  },
  sort: {
    about: "puts six letters in order (three kinds) with a small decoder, minGPT's first example",
    defaults: { steps: 300, batch: 64, rate: 0.003 },
  },
};
