import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "@fovea/command-line";
import pc from "picocolors";
import { dataSets } from "./data-sets.ts";
import { bytesOf, megabytes } from "./fetch-set.ts";

/** What there is, whether it is here, and where it goes. */
export function showList(color: boolean): string {
  const { bold, dim } = pc.createColors(color);
  const sets = Object.entries(dataSets).map(([name, set]) => {
    const isHere = set.files.every((file) => existsSync(join(dataFolder(), name, file.name)));
    const byHand = set.files.some(({ address }) => address === null) ? ", by hand" : "";
    return [
      `${bold(name)}  ${megabytes(bytesOf(set))}${isHere ? ", here" : byHand}`,
      `  ${set.about}`,
      dim(`  for ${set.app}; ${set.licence}`),
    ].join("\n");
  });
  return `${sets.join("\n\n")}\n\nThey go into ${dataFolder()}.\n`;
}
