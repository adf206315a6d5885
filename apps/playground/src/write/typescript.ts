import type { Settings } from "../settings/settings.ts";

/** An option whose formula is a template with its tables put in. */
function option(name: "score" | "mask", text: string): string[] {
  if (text === "") return [];
  const filled = text.replaceAll(/[`\\]/g, "").replaceAll(/\b(slopes|document)\b(?=\s*\[)/g, "${$1}");
  return [`  ${name}: ${name}\`${filled}\`,`];
}

/** The settings as a program that one can copy: it computes what the page shows. */
export function toTypeScript({ score, mask, normalizer, tokens, heads, seed }: Settings): string {
  const formulas = [score, mask].map((text) => text.trim());
  const uses = (name: string): boolean => formulas.some((text) => new RegExp(`\\b${name}\\b`).test(text));
  const options = [
    ...option("score", formulas[0]),
    ...option("mask", formulas[1]),
    ...(normalizer === "softmax" ? [] : [`  normalizer: "${normalizer}",`]),
  ];
  const imports = (["score", "mask"] as const).filter((_, index) => formulas[index] !== "");
  return [
    `import { attention } from "@fovea/dot-product-attention";`,
    ...(imports.length > 0 ? [`import { ${imports.toSorted().join(", ")} } from "@fovea/formula";`] : []),
    `import { randomGenerator } from "@fovea/tensor";`,
    "",
    `const random = randomGenerator(${seed});`,
    `const [query, key, value] = [0, 1, 2].map(() => random.normal([1, ${heads}, ${tokens}, 16]));`,
    ...(uses("slopes")
      ? [`const slopes = Array.from({ length: ${heads} }, (_, head) => 2 ** ((-8 * (head + 1)) / ${heads}));`]
      : []),
    ...(uses("document")
      ? [
          `const document = Int32Array.from({ length: ${tokens} }, (_, token) => Math.floor(token / ${Math.max(1, Math.ceil(tokens / 3))}));`,
        ]
      : []),
    options.length > 0
      ? `const { output } = attention(query, key, value, {`
      : "const { output } = attention(query, key, value);",
    ...(options.length > 0 ? [...options, "});"] : []),
    "console.log(output.shape);",
  ].join("\n");
}
