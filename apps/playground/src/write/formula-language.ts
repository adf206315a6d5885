import { StreamLanguage, type StreamParser } from "@codemirror/language";

/** What formulas know, for highlighting and completion. */
export const inputs = ["score", "batch", "head", "query", "key", "queries", "keys"];
export const functions = [
  "min",
  "max",
  "abs",
  "floor",
  "exp",
  "log",
  "sqrt",
  "tanh",
  "sigmoid",
  "sin",
  "cos",
  "pow",
  "div",
  "int",
  "float",
  "random",
  "select",
];
export const keywords = ["and", "or", "not", "mod", "true", "false", "pi", "e", "Infinity"];
export const tables = ["slopes", "document"];

const parser: StreamParser<null> = {
  name: "formula",
  startState: () => null,
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^(0x[\da-f]+|\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?)/i)) return "number";
    const word = stream.match(/^[a-z_]\w*/i);
    if (word) {
      const [name] = word as RegExpMatchArray;
      if (inputs.includes(name)) return "variableName";
      if (keywords.includes(name)) return "keyword";
      if (functions.includes(name)) return "propertyName";
      return tables.includes(name) ? "typeName" : "invalid";
    }
    stream.next();
    return "operator";
  },
};

export const formulaLanguage: StreamLanguage<null> = StreamLanguage.define(parser);
