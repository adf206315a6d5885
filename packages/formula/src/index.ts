export { formatFormula } from "./format-formula.ts";
export { FormulaError } from "./formula-error.ts";
export type { FormulaKind, TableGiven } from "./names.ts";
export { parseFormula } from "./parse-formula.ts";
export type { FormulaOptions } from "./parse-formula.ts";
export { mask, probability, score } from "./templates.ts";
export type { Interpolation } from "./templates.ts";
export { toLatex } from "./to-latex.ts";
