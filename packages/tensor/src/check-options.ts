import { closestName } from "./closest-name.ts";
import { describeValue } from "./describe-value.ts";
import { OptionError } from "./option-error.ts";
import type { Refusal } from "./whole-number.ts";

/** The names that options may have; the compiler asks for each. */
export type OptionNames<Options extends object> = Readonly<
  Record<Options extends unknown ? keyof Options & string : never, true>
>;

/** What to say to those who wrote something else. */
export interface OptionAdvice {
  /** The right call, for what is no options object: `tensor(values, { shape: [2, 3] })`. */
  readonly example?: string;
  /** What to write for names that people know from elsewhere: `{ causal: "mask: causal()" }`. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Whether there must be some; default false. */
  readonly required?: boolean;
  /** The caller's error class; default OptionError. */
  readonly Refuse?: Refusal;
}

/** The one check of options: an object with known names only, so that a slip of the pen is no silent default. Undefined is no options,
 *  where they are not required.
 *  @param names of all options, `true` each
 *  @throws `who: there is no option "…"`, with what there is; OptionError unless `advice` has another class */
export function checkOptions<Options extends object>(
  who: string,
  options: Options | undefined,
  names: OptionNames<Options>,
  advice: OptionAdvice = {},
): void {
  const { example, instead = {}, required = false, Refuse = OptionError } = advice;
  if (options === undefined && !required) return;
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    const remedy = example === undefined ? "" : ` Write ${example}.`;
    throw new Refuse(
      `${who}: expected options { ${Object.keys(names).join(", ")} }, got ${describeValue(options)}.${remedy}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    throw new Refuse(
      `${who}: there is no option ${describeValue(name)}. ${remedyFor(name, Object.keys(names), instead)}`,
    );
  }
}

function remedyFor(name: string, names: readonly string[], instead: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(instead, name)) return `Write ${instead[name]}.`;
  const near = closestName(name, names);
  return near === undefined ? `There are ${names.join(", ")}.` : `Did you mean "${near}"?`;
}
