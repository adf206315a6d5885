import { InvalidArgumentError } from "commander";

/** A parser for options that count.
 *  @param what the number is, in the message for others */
export function wholeNumber(least: number, most: number, what: string = "number"): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole ${what} from ${least} to ${most}.`);
  };
}

/** A parser for options that measure.
 *  @param above whether `least` itself is too little; default it is not */
export function numberBetween(
  least: number,
  most: number,
  { above = false }: { readonly above?: boolean } = {},
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && (above ? value > least : value >= least) && value <= most) return value;
    throw new InvalidArgumentError(
      above ? `Expected a number above ${least}, at most ${most}.` : `Expected a number from ${least} to ${most}.`,
    );
  };
}
