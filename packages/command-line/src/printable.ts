/** Characters that act on a terminal instead of showing on it: C0 controls, DEL, C1 controls, separators of lines, and those that turn the direction
 *  of writing around, with which a name can pass for another.
 *  @see https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters */
const acting = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Text from strangers (names of files, questions, labels, what a model writes) as a terminal may show it: every acting character spelled out, `\x1b`.
 *  @param kept acting characters that stay, e.g. `"\n"` for text of several lines; default none */
export function printable(text: string, kept: string = ""): string {
  return text.replaceAll(acting, (character) => {
    if (kept.includes(character)) return character;
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** JSON that a terminal may show, too: acting characters are escaped, as JSON allows.
 *  @param indent spaces a level; default all on one line */
export function jsonText(value: unknown, indent: number = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(acting, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
