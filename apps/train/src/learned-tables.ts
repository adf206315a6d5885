import type { Trainer } from "./trainer.ts";

/** Tables of learned ways of looking, by the name of their weights; those longer than 32 numbers are left to the saved weights. */
export function learnedTables(trainer: Pick<Trainer, "weights">): Readonly<Record<string, number[]>> {
  return Object.fromEntries(
    Array.from(trainer.weights())
      .filter(([name, { data }]) => name.includes("/score/") && data.length <= 32)
      .map(([name, { data }]) => [name, Array.from(data)]),
  );
}
