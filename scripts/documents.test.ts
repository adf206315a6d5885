import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findExamples, programExample, runExample } from "./examples.ts";

const root = join(import.meta.dirname, "..");
/** Where a document's imports are found: a package's README must do with what the package declares; the others may import every package. */
const folderOf = (document: string): string =>
  join(root, document.startsWith("packages") ? dirname(document) : "packages/conformance");
const documents = globSync(
  ["README.md", "docs/*.md", "packages/*/README.md", "apps/*/README.md", "examples/README.md"],
  { cwd: root },
).toSorted();

describe.each(documents)("%s", (document) => {
  const text = readFileSync(join(root, document), "utf8");

  test.each(findExamples(text))("the example on line $line runs and prints what it says", async (example) => {
    const printed = await runExample(example, folderOf(document));
    expect(example.prints.length > 0 ? printed : []).toEqual(example.prints);
  });

  test("links to files that exist", () => {
    const targets = Array.from(text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g), ([, target]) => target);
    const missing = targets.filter((target) => globSync(join(document, "..", target), { cwd: root }).length === 0);
    expect(missing).toEqual([]);
  });
});

describe("examples", () => {
  const programs = globSync("examples/*.ts", { cwd: root }).toSorted();
  const sources = new Map(programs.map((program) => [program, readFileSync(join(root, program), "utf8").trimEnd()]));

  test.each(programs)("%s runs and prints what it says", async (program) => {
    const example = programExample(sources.get(program)!);
    expect(example.prints.length).toBeGreaterThan(0);
    expect(await runExample(example, join(root, "examples"))).toEqual(example.prints);
  });

  test("they are numbered, short, begin with what they show, and README.md lists them", () => {
    const readme = readFileSync(join(root, "examples/README.md"), "utf8");
    expect(programs.map((program) => /^examples[\\/](\d\d)-[a-z-]+\.ts$/.exec(program)?.[1])).toEqual(
      programs.map((_, index) => String(index + 1).padStart(2, "0")),
    );
    for (const [program, source] of sources) {
      const [first, ...rest] = source.split("\n");
      const shows = /^\/\/ (.*[.])$/.exec(first)?.[1];
      expect(shows).toMatch(/^[A-Z]/);
      expect(rest.length).toBeLessThanOrEqual(39);
      const name = basename(program);
      expect(readme.replaceAll(/ +/g, " ")).toContain(`| [\`${name}\`](${name}) | ${shows} |`);
    }
  });
});

const published = globSync("packages/*/package.json", { cwd: root })
  .filter((manifest) => !JSON.parse(readFileSync(join(root, manifest), "utf8")).private)
  .map((manifest) => dirname(manifest));

test.each(published)("%s has a README with an example, of at most 60 lines", (folder) => {
  const readme = readFileSync(join(root, folder, "README.md"), "utf8");
  expect(findExamples(readme).length).toBeGreaterThan(0);
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
});
