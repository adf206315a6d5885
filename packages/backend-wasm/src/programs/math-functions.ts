import { type Operation, type Program, scoreDependence } from "@fovea/program";
import type { Callee, FunctionImport, ValueType } from "@fovea/wasm-assembler";

/** Operations that kernels leave to JavaScript where a decision rests on them: only there do they give the reference's result to the last bit. */
const functions = { exp: "exp", log: "log", tanh: "tanh", sin: "sin", cos: "cos", power: "pow" } as const;
export type MathOperation = keyof typeof functions;

const isMath = (op: string): op is MathOperation => op in functions;

/** The operations for which a kernel of these programs, or of their derivatives, may need a function. */
export function mathOperations(programs: readonly (Program | null)[]): readonly MathOperation[] {
  const found = new Set<MathOperation>();
  for (const program of programs) {
    if (!program) continue;
    const restsOnScore = scoreDependence(program.instructions);
    for (const [position, { op }] of program.instructions.entries()) {
      if (restsOnScore[position]) continue;
      if (isMath(op)) found.add(op);
      // sigmoid(x) is 1 / (1 + exp(-x))
      if ((op as Operation) === "sigmoid") found.add("exp");
    }
  }
  return [...found].sort();
}

/** `Math`'s function for an operation, as a module imports it. */
export function mathImport(op: MathOperation): FunctionImport {
  const parameters: ValueType[] = op === "power" ? ["f64", "f64"] : ["f64"];
  return { module: "Math", name: functions[op], parameters, result: "f64" };
}

/** What is called for an operation, in a module whose imports are those of `operations`. */
export function mathCallee(operations: readonly MathOperation[], op: MathOperation): Callee {
  const { parameters, result } = mathImport(op);
  return { index: operations.indexOf(op), parameters, result };
}
