import { fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer, Order } from "./contender-process.ts";
import type { Job } from "./job.ts";

export interface Contender {
  /** Milliseconds that the very first run took. */
  readonly first: number;
  /** Runs for about so long, at least once. @returns milliseconds of each run */
  run(milliseconds: number): Promise<readonly number[]>;
  report(): Promise<{ readonly check: readonly number[]; readonly figures: Readonly<Record<string, number>> }>;
  stop(): void;
}

/** Longest that getting ready or one turn may take. */
const patience = 180_000;

/** A contender that does the work in a new process each time: what counts is the first run of each. */
export async function startFresh(job: Job, signal: AbortSignal, folder?: string): Promise<Contender> {
  const once = async (): Promise<number> => {
    const contender = await startContender(job, signal, folder);
    contender.stop();
    return contender.first;
  };
  return {
    first: await once(),
    run: async () => [await once()],
    report: () => Promise.resolve({ check: [], figures: {} }),
    stop() {},
  };
}

/** Starts a process for the job, lets it get ready and do the work once.
 *  @param signal ends the process at once
 *  @param folder another checkout, whose code does the job; default this one
 *  @throws {Error} with the contender's own message when it fails, also by crashing */
export async function startContender(job: Job, signal: AbortSignal, folder?: string): Promise<Contender> {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const path = join(folder === undefined ? here : join(folder, "apps", "bench", "src"), "contender-process.ts");
  const child = fork(path, { stdio: ["ignore", "ignore", "pipe", "ipc"], signal, killSignal: "SIGKILL" });
  child.on("error", () => {}); // whoever waits for an answer hears of it; ending an idle process is none
  let complaints = "";
  child.stderr?.on("data", (text: Buffer) => (complaints = (complaints + text.toString()).slice(-2000)));

  const ask = (order: Order): Promise<Exclude<Answer, { error: string }>> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit).off("error", reject);
        settle();
      };
      const onMessage = (answer: Answer): void =>
        finish(() => ("error" in answer ? reject(new Error(firstLine(answer.error))) : resolve(answer)));
      const onExit = (code: number | null, signal: string | null): void =>
        finish(() => reject(new Error(`ended with ${signal ?? code}: ${firstLine(complaints)}`)));
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        finish(() => reject(new Error(`took longer than ${patience / 1000} s`)));
      }, patience);
      child.on("message", onMessage).on("exit", onExit).on("error", reject);
      child.send(order);
    });

  try {
    const ready = await ask({ prepare: job });
    return {
      first: "times" in ready ? ready.times[0] : Number.NaN,
      async run(milliseconds) {
        const answer = await ask({ run: { milliseconds } });
        return "times" in answer ? answer.times : [];
      },
      async report() {
        const answer = await ask({ report: true });
        return "check" in answer ? answer : { check: [], figures: {} };
      },
      stop: () => child.kill("SIGKILL"),
    };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** The first line; of a long one beginning and end, where the reason stands. Paths go: a library's message may name the folders of whoever built it. */
function firstLine(text: string): string {
  const lines = text.trim().split("\n");
  const first = lines.find((line) => line.trim() !== "") ?? "no message";
  const line = first.replaceAll(/(?:\/[\w.@+-]+){2,}/g, "…");
  return line.length > 160 ? `${line.slice(0, 70)} … ${line.slice(-80)}` : line;
}
