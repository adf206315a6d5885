import { interpret, verify } from "@fovea/program";
import type { Program, Rule, Rules, Step } from "@fovea/program";
import { checkTokens } from "./check-tokens.ts";
import { FormulaError } from "./formula-error.ts";
import { maximumLength, tokenize } from "./tokenize.ts";

/** A piece of formula. */
interface Phrase {
  readonly text: string;
  /** How tightly its outermost operator binds. */
  readonly level: number;
  /** What suffices where the place makes a float of it: an int without its cast, a whole number without its point. */
  readonly loose?: Phrase;
}

/** How tightly operators bind, from loose to tight; `%` stands with the products. */
const levels = {
  conditional: 0,
  or: 1,
  and: 2,
  bitOr: 3,
  bitXor: 4,
  bitAnd: 5,
  comparison: 6,
  shift: 7,
  sum: 8,
  product: 9,
  sign: 10,
  power: 11,
  value: 12,
} as const;

/** Stands for any phrase that no formula has room for. */
const tooLong: Phrase = { text: "", level: -1 };

/** The formula of a program, with the fewest parentheses: `parseFormula` of it, given the program's tables, means the same.
 *  What the program computes once and reads twice is written twice.
 *  @throws {FormulaError} when that takes more than a formula may have: 4096 characters, 64 levels, 1000 values and operators */
export function formatFormula(program: Program): string {
  verify(program);
  const phrase = interpret(program, rules);
  if (phrase === tooLong)
    throw new FormulaError(
      `formatFormula: the formula has more than ${maximumLength} characters. Use print, or toJSON.`,
    );
  try {
    checkTokens(tokenize([phrase.text]));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new FormulaError(
      `formatFormula: the program is larger than a formula may be. ${reason} Use print, or toJSON.`,
    );
  }
  return phrase.text;
}

function phrase(level: number, text: string, loose?: Phrase): Phrase {
  if (text.length > maximumLength) return tooLong;
  return loose === undefined ? { text, level } : { text, level, loose };
}

/** The text of a part that must bind at least this tightly. */
function part(phrase: Phrase, level: number): string {
  return phrase.level < level ? `(${phrase.text})` : phrase.text;
}

const loosened = (phrase: Phrase): Phrase => phrase.loose ?? phrase;

/** Where one float makes floats of the others: all are loosened but the first, unless one is a float by itself. */
function mixed(phrases: readonly Phrase[]): readonly Phrase[] {
  const certain = phrases.some(({ loose }) => loose === undefined);
  return phrases.map((phrase, index) => (certain || index > 0 ? loosened(phrase) : phrase));
}

/** A rule that is skipped for parts without a formula. */
function rule(write: (step: Step, ...parts: Phrase[]) => Phrase): Rule<Phrase> {
  return (step, ...parts) => (parts.includes(tooLong) ? tooLong : write(step, ...parts));
}

/** An operator between two values; `rightLevel` is how tightly its right side binds at least. */
function infix(sign: string, level: number, leftLevel: number = level, rightLevel: number = level + 1): Rule<Phrase> {
  return rule((_, ...parts) => {
    const [left, right] = mixed(parts);
    return phrase(level, `${part(left, leftLevel)} ${sign} ${part(right, rightLevel)}`);
  });
}

const comparison = (sign: string): Rule<Phrase> => infix(sign, levels.comparison, levels.comparison + 1);

const callText = (name: string, parts: readonly Phrase[]): Phrase =>
  phrase(levels.value, `${name}(${parts.map(({ text }) => text).join(", ")})`);

/** A function of floats, of numbers, of ints. */
const floatCall = (name: string): Rule<Phrase> => rule((_, ...parts) => callText(name, parts.map(loosened)));
const numberCall = (name: string): Rule<Phrase> => rule((_, ...parts) => callText(name, mixed(parts)));
const plainCall = (name: string): Rule<Phrase> => rule((_, ...parts) => callText(name, parts));

const prefix = (sign: string): Rule<Phrase> => rule((_, a) => phrase(levels.sign, `${sign}${part(a, levels.sign)}`));

const rules: Rules<Phrase> = {
  constant: ({ type }, value) => {
    if (type === "bool") return phrase(levels.value, value === 1 ? "true" : "false");
    const digits = Object.is(value, -0) ? "-0.0" : String(value);
    const level = digits.startsWith("-") ? levels.sign : levels.value;
    if (type === "int" || !/^-?\d+$/.test(digits)) return phrase(level, digits);
    return phrase(level, `${digits}.0`, phrase(level, digits));
  },
  input: (_, input) => phrase(levels.value, input),
  gather: ({ program }, table, ...indices) => {
    if (indices.includes(tooLong)) return tooLong;
    return phrase(levels.value, `${program.tables[table].name}[${indices.map(({ text }) => text).join(", ")}]`);
  },
  add: infix("+", levels.sum),
  subtract: infix("-", levels.sum),
  multiply: infix("*", levels.product),
  divide: rule((_, a, b) =>
    phrase(levels.product, `${part(loosened(a), levels.product)} / ${part(loosened(b), levels.product + 1)}`),
  ),
  floorDivide: plainCall("div"),
  remainder: infix("%", levels.product),
  minimum: numberCall("min"),
  maximum: numberCall("max"),
  negate: prefix("-"),
  absolute: plainCall("abs"),
  floor: floatCall("floor"),
  exp: floatCall("exp"),
  log: floatCall("log"),
  sqrt: floatCall("sqrt"),
  tanh: floatCall("tanh"),
  sigmoid: floatCall("sigmoid"),
  sin: floatCall("sin"),
  cos: floatCall("cos"),
  // a power groups to the right, and its exponent may have a sign: a ^ -b ^ c
  power: rule((_, a, b) =>
    phrase(levels.power, `${part(loosened(a), levels.value)} ^ ${part(loosened(b), levels.sign)}`),
  ),
  less: comparison("<"),
  lessEqual: comparison("<="),
  equal: comparison("=="),
  notEqual: comparison("!="),
  and: infix("and", levels.and),
  or: infix("or", levels.or),
  not: prefix("not "),
  select: rule((_, condition, ...branches) => {
    const [a, b] = mixed(branches);
    const above = levels.conditional + 1;
    return phrase(levels.conditional, `${part(condition, above)} ? ${part(a, above)} : ${part(b, levels.conditional)}`);
  }),
  toFloat: rule(({ argTypes }, a) => {
    const { text, level } = callText("float", [a]);
    return argTypes[0] === "int" ? phrase(level, text, a) : phrase(level, text);
  }),
  toInt: plainCall("int"),
  shiftLeft: infix("<<", levels.shift),
  shiftRight: infix(">>", levels.shift),
  bitAnd: infix("&", levels.bitAnd),
  bitOr: infix("|", levels.bitOr),
  bitXor: infix("^|", levels.bitXor),
  random: rule((_, seed, ...place) => {
    const own = place.map(({ text }) => text).join() === "batch,head,query,key";
    return callText("random", own ? [seed] : [seed, ...place]);
  }),
};
