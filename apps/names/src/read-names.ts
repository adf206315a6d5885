/** The names in what a person typed or sent: words, without the marks that steer the direction of writing or the joining of letters and that nobody sees. */
export function readNames(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.normalize("NFC").split(/\s+/))
    .map((word) => word.replaceAll(/\p{Cf}/gu, ""))
    .filter((word) => word !== "");
}
