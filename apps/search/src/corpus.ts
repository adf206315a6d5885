import { readdir, stat } from "node:fs/promises";
import { basename, extname, join, relative } from "node:path";
import { readText, reasonOf, UserError } from "@fovea/command-line";
import { markdownParagraphs, textParagraphs } from "./paragraphs.ts";
import { splitToFit } from "./split-to-fit.ts";

/** A piece of text that a search can find. */
export interface Passage {
  readonly text: string;
  /** File, relative to the corpus folder. */
  readonly file: string;
  /** The nearest heading above, or "". */
  readonly section: string;
}

/** What stands for a passage: the heading says in a few words what the text is about, so both go into one vector. */
export function passageMeaning({ section, text }: Pick<Passage, "section" | "text">): string {
  return section === "" ? text : `${section} ${text}`;
}

/** No file that a person reads is larger: 64 MiB. */
const mostBytes = 2 ** 26;

const markdown = new Set([".md", ".markdown"]);
const textual = new Set([...markdown, ".txt"]);

/** Reads a file, or every text and markdown file of a folder and its subfolders, and cuts it into passages that fit.
 *  @param fits whether the encoder takes a passage's heading and text whole
 *  @throws {UserError} when there is nothing to read, or a file is not text */
export async function readCorpus(path: string, fits: (text: string) => boolean): Promise<Passage[]> {
  const passages: Passage[] = [];
  for (const { file, name } of await listFiles(path)) {
    const text = await readText(file, { mostBytes });
    const paragraphs = markdown.has(extname(file).toLowerCase()) ? markdownParagraphs(text) : textParagraphs(text);
    for (const { text, section } of paragraphs) {
      const partFits = (part: string): boolean => fits(passageMeaning({ section, text: part }));
      for (const part of splitToFit(text, partFits)) passages.push({ text: part, file: name, section });
    }
  }
  if (passages.length === 0) throw new UserError(`The corpus ${path} holds no text. Name a file or folder with some.`);
  return passages;
}

async function listFiles(path: string): Promise<{ file: string; name: string }[]> {
  try {
    const found = await stat(path);
    if (found.isFile()) return [{ file: path, name: basename(path) }];
    if (!found.isDirectory()) throw new UserError(`The corpus ${path} is neither a file nor a folder.`);
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && textual.has(extname(entry.name).toLowerCase()))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({ file, name: relative(path, file) }))
      .filter(({ name }) => !/(^|[\\/])(node_modules|\.[^\\/]*)[\\/]/.test(name));
    if (files.length > 0) return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The corpus ${path} cannot be read: ${reasonOf(error)}.`);
  }
  throw new UserError(`The corpus folder ${path} has no .md or .txt files.`);
}
