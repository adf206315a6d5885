// An app for the tests of this package: each of its arguments is one of the things that apps do.
import { setTimeout } from "node:timers/promises";
import {
  createCommand,
  interrupted,
  isPiped,
  onInterruption,
  readPipedText,
  reporting,
  runApp,
  say,
  UserError,
  wholeNumber,
} from "../index.ts";

await runApp(async (): Promise<number> => {
  const command = createCommand({ name: "tiny", about: "Does what apps do.", examples: ["tiny lines"], more: "More." })
    .argument("<what>")
    .option("--count <number>", "how often", wholeNumber(1, 9), 3)
    .parse(process.argv.slice(2), { from: "user" });
  const [what] = command.args;
  if (what === "lines") for (let line = 0; line < 1e5; line++) process.stdout.write(`line ${line}\n`);
  if (what === "mistake") throw new UserError("No \u001B[31mred\nfish.");
  if (what === "bug") throw new TypeError("a bug");
  if (what === "some") {
    for (const name of ["a", "b", "c"]) {
      await reporting(async () => {
        if (name === "b") throw new UserError("b is bad.");
        process.stdout.write(name);
      });
    }
  }
  if (what === "pipe") {
    const options = { what: "text", mostBytes: 8, remedy: "Send less." };
    process.stdout.write(
      JSON.stringify(isPiped(process.stdin.fd) ? await readPipedText(process.stdin, options) : "no pipe"),
    );
  }
  if (what === "work" || what === "stubborn") {
    const { signal } = onInterruption(() => say("Stopping…"));
    say("Working");
    const isDone = (): boolean => what === "work" && signal.aborted;
    while (!isDone()) await setTimeout(10);
    process.stdout.write("kept");
    return interrupted;
  }
  return 0;
});
