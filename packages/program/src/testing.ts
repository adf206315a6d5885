export { randomInputs, randomProgram } from "./random-program.ts";
export type { RandomProgramOptions, Uniform } from "./random-program.ts";
