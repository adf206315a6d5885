import { interrupted, onInterruption, reporting, runApp, say } from "@fovea/command-line";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { dataSets } from "./data-sets.ts";
import { fetchSet } from "./fetch-set.ts";
import { showList } from "./show-list.ts";

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main({ names, list }: Arguments): Promise<number | void> {
  if (list) return void process.stdout.write(showList(pc.isColorSupported));
  const { signal } = onInterruption();
  for (const [name, set] of Object.entries(dataSets).filter(([name]) => names.includes(name))) {
    // what cannot be had is reported and the others still have their turn
    await reporting(async () => {
      const folder = await fetchSet(name, set, signal);
      if (folder !== null) say(`${name} is in ${folder} (${set.licence}): ${set.app}`);
    });
    if (!signal.aborted) continue;
    say("Stopped. What has come is kept: the same command goes on from there.");
    return interrupted;
  }
}
