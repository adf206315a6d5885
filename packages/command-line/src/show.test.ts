import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { bar } from "./bar.ts";
import { readableSeconds } from "./readable-seconds.ts";
import { showProgress } from "./show-progress.ts";

test.each([
  [0, "        "],
  [1, "████████"],
  [0.5, "████    "],
  [0.51, "████▏   "], // 32.64 eighths
  [1 / 64, "▏       "],
  [1 / 129, "        "],
])("%d of 8 characters is %j", (share, drawn) => expect(bar(share, 8)).toBe(drawn));

test.each([
  [0, "1 s"],
  [1.4, "1 s"],
  [99.4, "99 s"],
  [100, "2 min"],
  [5999, "100 min"],
  [6000, "2 h"],
  [Infinity, "some time"],
])("%d s is said as %s", (seconds, said) => expect(readableSeconds(seconds)).toBe(said));

/** A terminal that remembers what was written to it. */
function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  let text = "";
  stream.on("data", (data) => (text += data));
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => stripVTControlCharacters(text) };
}

test("in a pipe there is nothing to see", () => {
  const { stream, written } = terminal(false);
  const progress = showProgress({ total: 4, stream, describe: () => "x" });
  progress.update(2);
  progress.aside(() => stream.write("aside"));
  progress.stop();
  expect([progress.isShown, written()]).toEqual([false, "aside"]);
});

test("on a terminal a bar says how far it is, and makes room for what is written aside", () => {
  const { stream, written } = terminal(true);
  const before = process.listenerCount("SIGINT");
  const progress = showProgress({
    total: 4,
    begin: 1,
    label: "Reading",
    stream,
    describe: (value, left) => `${value} of 4${Number.isFinite(left) ? ", soon" : ""}`,
  });
  progress.update(2);
  progress.aside(() => stream.write("aside\n"));
  progress.update(9);
  expect(process.listenerCount("SIGINT")).toBe(before + 1);
  progress.stop();
  progress.stop();
  progress.update(1);
  expect(process.listenerCount("SIGINT")).toBe(before);
  expect(written()).toContain(`Reading ${"█".repeat(6)}${"░".repeat(18)} 1 of 4`);
  expect(written()).toContain(`Reading ${"█".repeat(12)}${"░".repeat(12)} 2 of 4, soon`);
  expect(written()).toContain("aside\n");
  expect(written().endsWith("4 of 4, soon")).toBe(true);
});
