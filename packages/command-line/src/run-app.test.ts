import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runMain } from "./testing/run-main.ts";

const app = join(import.meta.dirname, "testing", "tiny-app.ts");

test("a mistake is one line, in which nothing acts, and exit code 1", () => {
  expect(runMain(app, ["mistake"])).toMatchObject({ status: 1, stdout: "", stderr: "No \\x1b[31mred\\x0afish.\n" });
});

test("a bug keeps its stack", () => {
  const { status, stderr } = runMain(app, ["bug"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/TypeError: a bug\n {4}at /);
});

test("after a mistake the others still have their turn", () => {
  expect(runMain(app, ["some"])).toMatchObject({ status: 1, stdout: "ac", stderr: "b is bad.\n" });
});

test("options that there are not are refused, repeated without their escapes", () => {
  const { status, stderr } = runMain(app, ["lines", "--\u001B[31mred"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: unknown option '--\\x1b\[31mred'\n/);
  expect(runMain(app, ["lines", "--count", "0"]).stderr).toContain("Expected a whole number from 1 to 9.");
});

test("--help says what, how and with what", () => {
  const { status, stdout } = runMain(app, ["--help"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^Usage: tiny \[options\] <what>\n\nDoes what apps do\.\n[^]*-h, --help +show this help\n\nMore\.\n\nExamples:\n {2}tiny lines\n/,
  );
});

test.skipIf(process.platform === "win32")("a reader who leaves early ends it without a word", () => {
  const line = `"$0" "$1" lines | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", line, process.execPath, app], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "line 0\n0\n", stderr: "" });
});

test("standard input is read as it stands", () => {
  expect(runMain(app, ["pipe"], { input: "so fish\n" }).stdout).toBe('"so fish\\n"');
});

test("standard input that is empty, too long or no text", () => {
  expect(runMain(app, ["pipe"]).stdout).toBe('"no pipe"');
  expect(runMain(app, ["pipe"], { input: "" }).stdout).toBe("null");
  expect(runMain(app, ["pipe"], { input: "123456789" })).toMatchObject({
    status: 1,
    stderr: "Reading the text from standard input…\nThe text on standard input is longer than 8 bytes. Send less.\n",
  });
  for (const input of [Buffer.of(0xff), Buffer.of(0x61, 0)]) {
    expect(runMain(app, ["pipe"], { input }).stderr).toMatch(/\nThe text on standard input is not text in UTF-8\./);
  }
});

/** Sends a signal as soon as it works, and another as soon as it says that it stops. */
function interrupt(what: string, signals: readonly NodeJS.Signals[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, [app, what], { stdio: ["ignore", "pipe", "pipe"] });
  const left = [...signals];
  let stdout = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", () => {
    const signal = left.shift();
    if (signal) child.kill(signal);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout })));
}

test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s lets work keep what it has",
  async (signal) => {
    expect(await interrupt("work", [signal])).toEqual({ code: 130, stdout: "kept" });
  },
);

test.skipIf(process.platform === "win32")("a second Ctrl-C ends it at once", async () => {
  expect(await interrupt("stubborn", ["SIGINT", "SIGINT"])).toEqual({ code: 130, stdout: "" });
});
