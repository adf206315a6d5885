import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const flag = "--experimental-wasm-revectorize";
/** What `enableWideVectors` asks for, told another way. */
const possible = process.arch === "x64" && Number(process.versions.node.split(".")[0]) >= 24;

/** What a script prints in a process of its own, started with some flags of V8. */
function runScript(flags: readonly string[], script: string): string {
  const imports = `
    import { createWasmBackend, enableWideVectors } from ${JSON.stringify(import.meta.resolve("../index.ts"))};
    import { attention } from ${JSON.stringify(import.meta.resolve("@fovea/dot-product-attention"))};
    import { randomGenerator } from ${JSON.stringify(import.meta.resolve("@fovea/tensor"))};`;
  return execFileSync(process.execPath, [...flags, "--input-type=module", "--eval", imports + script], {
    encoding: "utf8",
  });
}

const attend = `
  const random = randomGenerator(1);
  const [query, key, value] = [0, 1, 2].map(() => random.normal([1, 2, 50, 40]));
  const attend = (backend) => Array.from(attention(query, key, value, { backend }).output.data);`;

test("backends use wide vectors once they are enabled, and give the same but for rounding", () => {
  const { before, answer, after, again, furthest } = JSON.parse(
    runScript(
      ["--no-liftoff"],
      `${attend}
      const narrow = createWasmBackend({ threads: 1 });
      const expected = attend(narrow);
      const answer = enableWideVectors();
      const wide = createWasmBackend({ threads: 1 });
      const furthest = Math.max(...attend(wide).map((x, i) => Math.abs(x - expected[i])));
      const again = enableWideVectors();
      console.log(JSON.stringify({ before: narrow.wideVectors, answer, after: wide.wideVectors, again, furthest }));`,
    ),
  );
  expect(before).toBe(false);
  expect({ answer, after, again }).toEqual({ answer: possible, after: possible, again: possible });
  expect(furthest).toBeLessThan(1e-6);
});

test.runIf(possible)(
  "a process started with the flag needs no call, and V8 makes wide instructions of the kernels",
  () => {
    const told = runScript(
      [flag, "--trace-wasm-revectorize", "--no-liftoff"],
      `${attend}
    const backend = createWasmBackend({ threads: 1 });
    attend(backend);
    console.log("wide vectors:", backend.wideVectors);`,
    );
    expect(told).toContain("wide vectors: true");
    // the two microkernels and the softmax of a group, at least
    expect(told.match(/Decide to vectorize/g)?.length ?? 0).toBeGreaterThanOrEqual(3);
  },
);

test("a runtime whose process tells less than Node's keeps to 128 bits", () => {
  const told = runScript(
    [],
    `${attend}
    const own = globalThis.process;
    const answers = [{}, { arch: "x64" }, { arch: "x64", versions: { v8: "13.6" }, execArgv: [${JSON.stringify(flag)}] }].map((less) => {
      globalThis.process = { getBuiltinModule: (name) => (name === "node:process" ? less : null) };
      const answer = enableWideVectors();
      globalThis.process = own;
      return answer;
    });
    console.log(JSON.stringify([...answers, attend(createWasmBackend({ threads: 1 })).length]));`,
  );
  expect(JSON.parse(told)).toEqual([false, false, false, 2 * 50 * 40]);
});
