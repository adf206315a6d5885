// Runs one contender in a process of its own: `start-contender.ts` starts it and tells it what to do.
import type { Job } from "./job.ts";
import { prepareJob } from "./job.ts";
import type { Prepared } from "./prepared.ts";

export type Order =
  { readonly prepare: Job } | { readonly run: { readonly milliseconds: number } } | { readonly report: true };

export type Answer =
  /** Times of each run, milliseconds. */
  | { readonly times: readonly number[] }
  | { readonly check: readonly number[]; readonly figures: Readonly<Record<string, number>> }
  | { readonly error: string };

let prepared: Prepared | null = null;

process.on("message", (order: Order) => void answer(order));
process.on("SIGINT", () => {}); // the bench decides what to end
process.on("disconnect", () => process.exit());

async function answer(order: Order): Promise<void> {
  try {
    process.send?.(await obey(order));
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
}

async function obey(order: Order): Promise<Answer> {
  if ("prepare" in order) {
    prepared = await prepareJob(order.prepare);
    return { times: [await timeOf(prepared)] };
  }
  if (!prepared) throw new Error("nothing was prepared");
  if ("report" in order) {
    return { check: (await prepared.check?.()) ?? [], figures: (await prepared.figures?.()) ?? {} };
  }
  const times: number[] = [];
  const start = performance.now();
  do {
    times.push(await timeOf(prepared));
  } while (performance.now() - start < order.run.milliseconds);
  return { times };
}

async function timeOf({ run }: Prepared): Promise<number> {
  const start = performance.now();
  const own = await run();
  return own ?? performance.now() - start;
}
