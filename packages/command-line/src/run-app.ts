import { say } from "./say.ts";
import { UserError } from "./user-error.ts";

/** Runs an app: a mistake of the person's is one sentence on standard error and exit code 1; all else is a bug and keeps its stack. A reader who leaves
 *  early, as in `npm run names | head`, ends it without a word.
 *  @param main returns the exit code; 0 or nothing leaves what `reporting` made of a mistake */
export async function runApp(main: () => Promise<number | void>): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  }
  await reporting(async () => {
    const code = await main();
    if (code) process.exitCode = code;
  });
}

/** Does one of several pieces of work: a mistake in it is said and remembered in the exit code, and the others still have their turn. */
export async function reporting(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
