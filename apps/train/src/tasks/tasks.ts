import type { Task } from "../task.ts";
import { characters } from "./characters.ts";
import { digits } from "./digits.ts";
import { sort } from "./sort.ts";

export const tasks: Readonly<Record<string, Task>> = { digits, characters, sort };
