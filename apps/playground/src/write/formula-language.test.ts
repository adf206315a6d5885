import { formatFormula } from "@fovea/formula";
import { operations, ProgramBuilder } from "@fovea/program";
import type { Operation } from "@fovea/program";
import { expect, test } from "vitest";
import { functions, keywords } from "./formula-language.ts";

test.each(Object.keys(operations) as Operation[])("the words that formulas write %s with are highlighted", (op) => {
  for (const { args } of operations[op]) {
    const builder = new ProgramBuilder();
    const operands = args.map((type, index) => {
      const table = builder.declare({ name: `${type}${index}`.toUpperCase(), type, rank: 1 });
      return builder.gather(table, [builder.constant(0, "int")]);
    });
    const text = formatFormula(builder.build(builder.apply(op, ...operands)));
    const words = text.match(/[a-z]\w*/g) ?? [];
    for (const word of words) {
      expect([...functions, ...keywords], `formula-language.ts does not know ${word} of ${text}`).toContain(word);
    }
  }
});
