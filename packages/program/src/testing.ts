export { mutateJSON } from "./mutate-json.ts";
export { randomInputs, randomProgram } from "./random-program.ts";
export type { RandomProgramOptions, Uniform } from "./random-program.ts";
export { scalarRules } from "./ir/scalar-rules.ts";
export type { ScalarRule } from "./ir/scalar-rules.ts";
