import type { Instruction, Operation, Step } from "@fovea/program";
import { call, type Callee, FunctionBody, type Local, type ModuleBuilder, type ValueType } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { vectorRules } from "./vector-rules.ts";

/** Operations of 15 to 100 instructions. */
const long: ReadonlySet<string> = new Set<Operation>([
  "exp",
  "log",
  "tanh",
  "sigmoid",
  "sin",
  "cos",
  "power",
  "remainder",
  "floorDivide",
  "random",
]);

/** As many may be written out where they stand, which is fastest. A program of thousands, each written out, would be a function of several megabytes, which
 *  takes an engine minutes or is refused. */
const mostWrittenOut = 64;

export const isLong = (op: string): boolean => long.has(op);

/** Whether a program has so many long operations that they are to be called. */
export const hasManyLong = (instructions: readonly Instruction[]): boolean =>
  instructions.filter(({ op }) => isLong(op)).length > mostWrittenOut;

/** Long operations as functions of the module, each added when it is first called. */
export class LongOperations {
  readonly #module: ModuleBuilder;
  readonly #simd: Simd;
  readonly #added = new Map<string, Callee>();

  constructor(module: ModuleBuilder, simd: Simd) {
    this.#module = module;
    this.#simd = simd;
  }

  /** What the operation gives for four pairs. */
  call(v: VectorEmitter, op: Operation, step: Step, args: readonly Local[]): Local {
    const key = `${op} ${step.argTypes.join(" ")}`;
    let callee = this.#added.get(key);
    if (!callee) this.#added.set(key, (callee = this.#module.add(this.#write(op, step))));
    return v.value(call(callee, ...args));
  }

  #write(op: Operation, step: Step): FunctionBody {
    const f = new FunctionBody("v128");
    const types = Object.fromEntries(step.argTypes.map((_, index): [string, ValueType] => [`x${index}`, "v128"]));
    const parameters = Object.values<Local>(f.parameters(types));
    const v = new VectorEmitter(f, this.#simd);
    f.emit(vectorRules(v, sources)[op](step, ...parameters));
    return f;
  }
}

const none = (): never => {
  throw new Error("LongOperations: inputs and tables are read where they stand. This is a bug.");
};
const sources = { input: none, gather: none };
