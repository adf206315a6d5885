/** What is wrong with a formula, and where: `position` is the 0-based offset of the culprit in `text`.
 *  The message ends with the line of the formula and a caret below the culprit. */
export class FormulaError extends Error {
  override readonly name: string = "FormulaError";
  readonly position: number;
  /** The formula; interpolated values show as `${1}`, `${2}`, … */
  readonly text: string;

  constructor(problem: string, text: string = "", position: number = 0, options?: ErrorOptions) {
    super(text.length > 0 ? `${problem}\n${pointAt(text, position)}` : problem, options);
    this.position = position;
    this.text = text;
  }
}

/** Columns shown on each side of the culprit: together they fit a terminal line. */
const columns = 50;

/** The line that holds the position, cut to what fits, and a caret below it. */
function pointAt(text: string, position: number): string {
  const lineStart = position === 0 ? 0 : text.lastIndexOf("\n", position - 1) + 1;
  const lineEnd = text.indexOf("\n", position);
  const from = Math.max(lineStart, position - columns);
  const to = Math.min(lineEnd < 0 ? text.length : lineEnd, position + columns);
  const before = from > lineStart ? "…" : "";
  const line = before + printable(text.slice(from, to));
  return `  ${line}\n  ${" ".repeat(before.length + position - from)}^`;
}

/** Characters that would move the caret, or more than themselves, when printed: controls, line ends, direction marks. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The same number of characters, safe to print. */
export function printable(text: string): string {
  return text.replaceAll("\t", " ").replace(unprintable, "?");
}
