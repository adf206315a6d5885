import type { Backend } from "@fovea/dot-product-attention";
import { blockMaskStatistics, createBlockMask } from "@fovea/masking";
import type { Program } from "@fovea/program";
import type { Settings } from "../settings/settings.ts";
import { drawPicture } from "./draw-picture.ts";
import { explain } from "./explain.ts";
import { createOperands } from "./operands.ts";
import { createPairs } from "./pairs.ts";
import { pageTables, readFormula } from "./programs.ts";
import type { Answer, BlockShare, Problem, Question } from "./protocol.ts";

/** Answers the page's questions: formulas → programs → numbers. What fails is said in the answer; nothing is thrown. */
export function createAnswerer(backend: Backend): (question: Question) => Answer {
  const operandsOf = createOperands();
  return (question) => {
    const started = performance.now();
    const { id, settings, pair } = question;
    const tables = pageTables(settings);
    const score = readFormula("score", settings.score, tables);
    const mask = readFormula("mask", settings.mask, tables);
    const latex = { score: score.latex, mask: mask.latex };
    const problems = [score.problem, mask.problem].filter((problem) => problem !== null);
    const answer = { id, latex, problems, picture: null, blocks: null, explanation: null };
    const finish = (part: Partial<Answer> = {}): Answer => ({
      ...answer,
      ...part,
      milliseconds: performance.now() - started,
    });
    if (problems.length > 0) return finish();
    try {
      const asked = { settings, operands: operandsOf(settings), tables };
      const pairs = createPairs(asked.operands, settings, { score: score.program, mask: mask.program });
      return finish({
        picture: drawPicture(question, asked, pairs, backend),
        blocks: shareOf(mask.program, settings),
        explanation: pair && explain(asked, pair, pairs),
      });
    } catch (error) {
      const problem: Problem = { of: "attention", message: (error as Error).message, position: 0 };
      return finish({ problems: [problem] });
    }
  };
}

/** Block masks of more tokens than this are made for one head only. */
const manyTokens = 16_384;

/** What a kernel of 64 × 64 blocks would open, ask about and skip, over all heads. */
function shareOf(mask: Program | null, { tokens, heads }: Settings): BlockShare {
  const sizes = { queries: tokens, keys: tokens, queryBlock: 64, keyBlock: 64, heads: tokens > manyTokens ? 1 : heads };
  const { full, partial, empty } = blockMaskStatistics(createBlockMask(mask, sizes));
  return { full, partial, empty };
}
