/** The parts of the message: file, what was expected, what came, what to do. */
export interface WeightFileProblem {
  readonly file: string;
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;
}

/** A weight file is damaged, is of another kind, or holds something that cannot be read. */
export class WeightFileError extends Error implements WeightFileProblem {
  override readonly name: string = "WeightFileError";
  readonly file: string;
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;

  constructor({ file, expected, got, remedy }: WeightFileProblem, options?: ErrorOptions) {
    super(`${printable(file)}: expected ${expected}, got ${got}. ${remedy}`, options);
    this.file = file;
    this.expected = expected;
    this.got = got;
    this.remedy = remedy;
  }
}

/** What to do about a file that breaks its format. */
export const damaged = "The file is damaged or was not written whole: get it again.";

/** Text of strangers without what a terminal or a reader would obey: control characters, and marks that hide text or turn it around. */
const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => escaped(character.charCodeAt(unit))).join(""),
  );

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;

/** A name or value out of a file, short and safe to show: control characters escaped, nothing that is nested opened. */
export function quote(value: unknown): string {
  if (typeof value === "string") return printable(JSON.stringify(shorten(value)));
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((item) => (typeof item === "object" ? "…" : quote(item)));
    return `[${shown.join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  return typeof value === "object" && value !== null ? "an object" : shorten(String(value));
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
