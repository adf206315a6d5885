import { createPlan, type PlanParts } from "@fovea/dot-product-attention";
import { createBlockMask } from "@fovea/masking";
import { createEvaluator, derive, fromJSON, type Instruction, programKey, type Program, toJSON } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import { expect, test } from "vitest";
import { backwardModule } from "./calls/backward-module.ts";
import { decodeModule, forwardModule, planShape } from "./calls/plan-modules.ts";
import { Heap } from "./memory/heap.ts";

const heap = new Heap({ maximumBytes: 2 ** 24 });
const simd = { relaxed: false, wide: false };

/** `x(i + 1) = x(i) + x(i)`, so that x(n) rests on 2 ** n paths to the key, then a table read there. */
function doubling(steps: number, type: "float" | "bool"): Program {
  const instructions: Instruction[] = [{ op: "input", type: "int", input: "key" }];
  for (let step = 0; step < steps; step++) instructions.push({ op: "add", type: "int", args: [step, step] });
  instructions.push({ op: "gather", type, table: 0, args: [steps] });
  const tables = [{ name: "t", type, rank: 1 }];
  const values = { t: tensor(type === "bool" ? [true, false] : [1, 2]) };
  return { tables, instructions, result: instructions.length - 1, values };
}

/** The same with each look at an instruction counted; one too many is an error, so that no walk takes forever. */
function counted(program: Program, most: number): { readonly program: Program; readonly looks: () => number } {
  let looks = 0;
  const instructions = new Proxy(program.instructions as Instruction[], {
    get(target, property, receiver) {
      if (typeof property === "string" && /^\d+$/.test(property) && ++looks > most) {
        throw new Error(`more than ${most} looks at ${target.length} instructions`);
      }
      return Reflect.get(target, property, receiver) as unknown;
    },
  });
  return { program: { ...program, instructions }, looks: () => looks };
}

const parts: PlanParts = {
  headDim: 4,
  valueDim: 4,
  queryType: "float32",
  keyType: "float32",
  valueType: "float32",
  score: null,
  mask: null,
  probability: null,
  normalizer: "softmax",
};

/** What is done to programs, by whom. */
const walks: Readonly<Record<string, (score: Program, mask: Program) => void>> = {
  "forward kernels": (score, mask) => {
    const plan = { ...createPlan(parts), score, mask };
    const shape = planShape(plan, simd);
    forwardModule(plan, shape, heap, simd);
    decodeModule(plan, shape, heap, simd);
  },
  "backward kernels": (score, mask) => void backwardModule({ ...createPlan(parts), score, mask }, heap, simd),
  evaluation: (score) => void createEvaluator(score)(0, 0, 0, 0, 1, 2, 2),
  derivatives: (score) => void derive(score),
  keys: (score, mask) => void [programKey(score), programKey(mask)],
  "block masks": (_, mask) => void createBlockMask(mask, { queries: 64, keys: 64 }),
  documents: (score) => void fromJSON(toJSON(score)),
};

test.each(Object.keys(walks))(
  "work on a program grows with its instructions, not with the paths through it: %s",
  (name) => {
    for (const steps of [26, 4000]) {
      const [score, mask] = (["float", "bool"] as const).map((type) => counted(doubling(steps, type), 300 * steps));
      walks[name](score.program, mask.program);
      expect(score.looks() + mask.looks()).toBeGreaterThan(steps);
    }
  },
);
