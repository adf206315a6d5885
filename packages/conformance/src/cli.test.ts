import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "fovea-conformance-"));
const good = {
  op: "RMSNormalization",
  inputs: ["x", "w"],
  outputs: ["y"],
  attrs: { epsilon: 0 },
  tensors: { x: { dims: [2], type: 1, data: [1, 7] }, w: { dims: [2], type: 1, data: [1, 1] } },
  expected: { y: { dims: [2], type: 1, data: [0.2, 1.4] } },
};

beforeAll(() => {
  writeFileSync(join(folder, "good.json"), JSON.stringify({ good }));
  writeFileSync(join(folder, "good.json.gz"), gzipSync(JSON.stringify({ good })));
  writeFileSync(
    join(folder, "mixed.json"),
    JSON.stringify({ good, "odd\u001b[31m": { ...good, op: "Softmax" }, empty: null }),
  );
  writeFileSync(join(folder, "nan.json"), '{"nan": {"op": "X", "note": "NaN", "list": [NaN, -Infinity]}}');
  writeFileSync(join(folder, "damaged.json.gz"), gzipSync(JSON.stringify({ good })).subarray(0, 40));
  writeFileSync(join(folder, "list.json"), "[1]");
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): { status: number | null; lines: string[]; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "cli.ts"), ...args], {
    encoding: "utf8",
    env: { ...process.env, FOVEA_CALLED_FROM: folder },
  });
  return { status, lines: stdout.trimEnd().split("\n"), errors: stderr };
}

test.each(["good.json", "good.json.gz"])("%s, named from where the person is, passes", (file) => {
  expect(run("--cases", file)).toMatchObject({ status: 0, lines: ["1 passed, 0 failed"], errors: "" });
});

test("a line per failing case, control characters taken out, and the count", () => {
  const { status, lines } = run("--cases", "mixed.json");
  expect(status).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/^odd�\[31m: operator "Softmax" is not one of/),
    "empty: the case: expected an object, got null.",
    "1 passed, 2 failed",
  ]);
});

test("bare NaN and Infinity, as Python writes them, are read", () => {
  expect(run("--cases", "nan.json").lines.at(-1)).toBe("0 passed, 1 failed");
});

test.each([
  [["--cases", "absent.json"], /absent\.json cannot be read: ENOENT/],
  [["--cases", "damaged.json.gz"], /damaged\.json\.gz cannot be read/],
  [["--cases", "list.json"], /list\.json: expected an object/],
  [["--case"], /Unknown option '--case'.*--help/],
])("%s ends with one sentence and status 2", (args, message) => {
  const { status, lines, errors } = run(...args);
  expect({ status, lines }).toEqual({ status: 2, lines: [""] });
  expect(errors.trimEnd().split("\n")).toEqual([expect.stringMatching(message)]);
});

test("--help explains", () => {
  expect(run("--help")).toMatchObject({
    status: 0,
    lines: expect.arrayContaining([expect.stringContaining("--cases FILE")]),
  });
});
