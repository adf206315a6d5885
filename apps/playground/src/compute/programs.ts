import { FormulaError, parseFormula, toLatex, type FormulaKind } from "@fovea/formula";
import type { Program } from "@fovea/program";
import { tensor, type Tensor } from "@fovea/tensor";
import type { Settings } from "../settings/settings.ts";
import type { Problem } from "./protocol.ts";

/** Tables that formulas of the page may read. */
export interface PageTables {
  /** `[heads]`, ALiBi's slopes: 2^(-8 (head + 1) / heads) (Press et al. 2022). */
  readonly slopes: Tensor;
  /** `[tokens]`, ints: three documents packed one after another. */
  readonly document: Tensor;
}

export function pageTables({ heads, tokens }: Pick<Settings, "heads" | "tokens">): PageTables {
  const third = Math.max(1, Math.ceil(tokens / 3));
  return {
    slopes: tensor(Float32Array.from({ length: heads }, (_, head) => 2 ** ((-8 * (head + 1)) / heads))),
    document: tensor(Int32Array.from({ length: tokens }, (_, token) => Math.floor(token / third))),
  };
}

/** A formula read, or what is wrong with it. An empty one is no program. */
export interface Read {
  readonly program: Program | null;
  readonly latex: string | null;
  readonly problem: Problem | null;
}

export function readFormula(kind: Extract<FormulaKind, "score" | "mask">, text: string, tables: PageTables): Read {
  if (text.trim() === "") return { program: null, latex: null, problem: null };
  try {
    const program = parseFormula(text, { kind, tables: { ...tables } });
    return { program, latex: toLatex(program), problem: null };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    const [message] = error.message.split("\n");
    const problem = { of: kind, message: message.replace(/^formula: /, ""), position: error.position } as const;
    return { program: null, latex: null, problem };
  }
}
