/** In letters. */
const longestHeading = 100;

export interface Paragraph {
  readonly text: string;
  /** The nearest heading above, or "". */
  readonly section: string;
}

/** Paragraphs of a plain text: blocks of lines between empty lines. */
export function textParagraphs(text: string): Paragraph[] {
  return text
    .split(/\r?\n(?:[ \t]*\r?\n)+/)
    .map((block) => ({ text: oneLine(block), section: "" }))
    .filter(({ text }) => saysSomething(text));
}

/** Paragraphs of a markdown text, each under its heading; code blocks, tables and comments are left out. */
export function markdownParagraphs(markdown: string): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let section = "";
  let lines: string[] = [];
  let fence = "";

  const finish = (): void => {
    const text = oneLine(plainText(lines.join("\n")));
    if (saysSomething(text)) paragraphs.push({ text, section });
    lines = [];
  };

  const body = markdown.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, "").replace(/<!--[\s\S]*?-->/g, "");
  for (const line of body.split(/\r?\n/)) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1] ?? "";
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (fence !== "") {
      if (mark.startsWith(fence)) fence = "";
    } else if (mark !== "") {
      finish();
      fence = mark;
    } else if (heading !== undefined) {
      finish();
      section = shorten(oneLine(plainText(heading)));
    } else if (line.trim() === "" || /^\s*\|/.test(line)) {
      finish();
    } else {
      lines.push(line.replace(/^\s*(?:[-*+]|\d+[.)]|>)\s+/, ""));
    }
  }
  finish();
  return paragraphs;
}

/** What a reader sees of links, code and emphasis. */
function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/`([^`]*)`/g, "$1")
    .replace(/(\*\*|__)(?=\S)(.+?)\1/gs, "$2")
    .replace(/(?<![\w*])\*(?=\S)([^*]+?)\*(?![\w*])/g, "$1");
}

/** One line without control characters, so that a text cannot steer the terminal it is shown in. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** A heading must leave room for the text under it. */
function shorten(heading: string): string {
  return heading.length <= longestHeading ? heading : `${heading.slice(0, longestHeading - 1).trimEnd()}…`;
}

function saysSomething(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
