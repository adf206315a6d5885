import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import { defaults, type Settings } from "../settings/settings.ts";
import { presets } from "./presets.ts";
import { toTypeScript } from "./typescript.ts";

const settings = (chosen: Partial<Settings>): Settings => ({ ...defaults, tokens: 6, ...chosen });

test("the program says what was chosen, with its tables", () => {
  const program = toTypeScript(settings({ mask: "document[query] == document[key]", normalizer: "sigmoid" }));
  expect(program).toContain("score: score`score - ${slopes}[head] * (query - key)`,");
  expect(program).toContain("mask: mask`${document}[query] == ${document}[key]`,");
  expect(program).toContain('normalizer: "sigmoid",');
  expect(program).toContain("const slopes = ");
});

test("nothing that a formula holds can leave it", () => {
  const program = toTypeScript(settings({ score: "score` + process.exit() + `", mask: "" }));
  expect(program).toContain("score: score`score + process.exit() + `,");
});

test.each(presets.map((preset) => [preset.name, preset.chosen] as const))("%s runs as a program", async (_, chosen) => {
  const program = toTypeScript(settings(chosen));
  const lines: unknown[] = [];
  const runnable = stripTypeScriptTypes(program)
    .replaceAll(/from "(@fovea\/[a-z-]+)"/g, (__, name: string) => `from ${JSON.stringify(import.meta.resolve(name))}`)
    .replace("console.log(output.shape)", "export default output.shape");
  const url = `data:text/javascript,${encodeURIComponent(runnable)}`;
  lines.push((await import(/* @vite-ignore */ url)).default);
  expect(lines).toEqual([[1, 4, 6, 16]]);
});
