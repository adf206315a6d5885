/** A formula as it is for some rows of one head: what is the same for all of them becomes a number, and a row's number in the call becomes the query that
 *  it stands for, by the table `sampled`. So a call of few rows, anywhere among many tokens, means what the whole would.
 *  @param text a formula that has been parsed without complaint: its names are whole words */
export function forOneHead(text: string, { head, tokens }: { readonly head: number; readonly tokens: number }): string {
  const meanings: Readonly<Record<string, string>> = {
    head: String(head),
    queries: String(tokens),
    keys: String(tokens),
    query: "sampled[query]",
  };
  return text.replaceAll(/[A-Za-z_]\w*/g, (name) => (Object.hasOwn(meanings, name) ? meanings[name] : name));
}
