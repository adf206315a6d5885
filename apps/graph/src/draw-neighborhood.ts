import type { Graph } from "./graph.ts";
import { classNames } from "./load-cora.ts";
import { looksOf } from "./look-at.ts";
import type { Neighborhood } from "./neighbor-mask.ts";
import type { NetworkPass } from "./network.ts";
import { reading } from "./show-node.ts";

const [width, height] = [1070, 860];
const center: Point = { x: 400, y: 450 };
const radii = [30, 17, 7] as const;
const rings = [0, 190, 345] as const;
/** Neighbours and their neighbours that have room around the rings. */
const [mostNear, mostFar] = [24, 150];

/** One color per class (Observable's ten), and whether dark letters read better on it. */
const colors = [
  { fill: "#4269d0", dark: false },
  { fill: "#efb118", dark: true },
  { fill: "#ff725c", dark: true },
  { fill: "#6cc5b0", dark: true },
  { fill: "#a463f2", dark: false },
  { fill: "#9c6b4e", dark: false },
  { fill: "#97bbf5", dark: true },
] as const;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A weight, what it would be if all neighbours had the same, and how thick a line of weight 1 is. */
interface Looked {
  readonly weight: number;
  readonly even: number;
  readonly full: number;
}

interface Placed extends Point {
  readonly node: number;
  readonly ring: 0 | 1 | 2;
}

/** A node and all that its reading rests on, as an SVG: its neighbours around it, joined by how much the last layer looked at them; around these
 *  the neighbours they looked at themselves in the layer before, by the mean of its heads. Where there is no room for all, the most looked at are drawn. */
export function drawNeighborhood(graph: Graph, node: number, pass: NetworkPass, neighborhood: Neighborhood): string {
  const looks = looksOf(pass, neighborhood, node);
  const own = looks.find(({ at }) => at === node)!;
  const others = looks.filter(({ at }) => at !== node).toSorted((a, b) => b.output - a.output);
  const near = others.slice(0, mostNear);
  const isNear = new Set([node, ...near.map(({ at }) => at)]);
  const behind = near.map(({ at }) => looksOf(pass, neighborhood, at).filter((look) => !isNear.has(look.at)));
  const farther = new Set(behind.flat().map(({ at }) => at));
  const showsFar = farther.size <= mostFar;
  const placed = place(
    graph,
    node,
    near.map(({ at }) => at),
    showsFar ? behind.map((list) => list.map(({ at }) => at)) : [],
  );

  const middle = placed.get(node)!;
  const even = 1 / looks.length;
  const farEdges = near.flatMap(({ at }, i) =>
    (showsFar ? behind[i] : []).map((look) => {
      const evenBehind = 1 / graph.neighbors[at].length;
      return edge(placed.get(at)!, placed.get(look.at)!, { weight: look.mean, even: evenBehind, full: 7 });
    }),
  );
  const nearEdges = near.map(({ at, output }) => edge(middle, placed.get(at)!, { weight: output, even, full: 20 }));
  const labels = near.length > 18 ? [] : near.map(({ at, output }) => weightLabel(middle, placed.get(at)!, output));
  const halo = circle(middle, radii[0] + 5 + 10 * Math.sqrt(own.output), `fill="${shade(own.output / even)}"`);
  const circles = Array.from(placed.values())
    .toReversed()
    .map((spot) => drawNode(graph, spot));

  const leftOut = [
    others.length > near.length ? `drawn are the ${near.length} of ${others.length} neighbours it looked at most` : "",
    !showsFar ? `${farther.size} papers behind them are left out` : "",
  ].filter((note) => note !== "");
  const { read, probability } = reading(pass.logits, node);
  const truth = classNames[graph.classes[node]];
  const title = `Paper ${graph.names[node]}, ${truth}: read as ${read}, sure by ${percent(probability)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="14" fill="#222">`,
    `<title>${title}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="32" y="44" font-size="21" font-weight="600">${title}</text>`,
    `<text x="32" y="68" fill="#666">It looked at itself by ${percent(own.output)}${leftOut.map((note) => `; ${note}`).join("")}.</text>`,
    ...[farEdges, nearEdges, [halo], circles, labels].flat(),
    ...legend(graph, Array.from(placed.keys()), showsFar),
    "</svg>\n",
  ].join("\n");
}

/** Neighbours stand on a ring, those of one class together, each with as much room as it has neighbours behind it. */
function place(
  graph: Graph,
  node: number,
  near: readonly number[],
  behind: readonly (readonly number[])[],
): ReadonlyMap<number, Placed> {
  const placed = new Map<number, Placed>([[node, { ...center, node, ring: 0 }]]);
  const taken = new Set<number>();
  // of the ring's `whole`, each neighbour needs the share that a circle takes: room / (far + near · room) is at least `circleShare`
  const circleShare = (2 * radii[1] + 4) / (2 * Math.PI * rings[1]);
  const room = 1 + (circleShare * new Set(behind.flat()).size) / (1 - circleShare * near.length);
  const sectors = near
    .map((at, i) => ({ at, far: behind[i] ?? [] }))
    .toSorted((a, b) => graph.classes[a.at] - graph.classes[b.at] || a.at - b.at)
    .map(({ at, far }) => {
      const own = far.filter((other) => !taken.has(other));
      own.forEach((other) => taken.add(other));
      own.sort((a, b) => graph.classes[a] - graph.classes[b] || a - b);
      return { at, own, share: own.length + room };
    });
  const whole = sectors.reduce((sum, { share }) => sum + share, 0);
  let passed = 0;
  for (const { at, own, share } of sectors) {
    const turn = (part: number): number => ((passed + part * share) / whole) * 2 * Math.PI - Math.PI / 2;
    placed.set(at, { ...onRing(turn(0.5), 1, at), node: at, ring: 1 });
    own.forEach((other, i) => {
      placed.set(other, { ...onRing(turn((room / 2 + i + 0.5) / share), 2, other), node: other, ring: 2 });
    });
    passed += share;
  }
  return placed;
}

/** Full rings are staggered, so that circles do not cover each other. */
function onRing(angle: number, ring: 1 | 2, node: number): Point {
  const radius = rings[ring] + (ring === 2 && node % 2 === 1 ? 16 : 0);
  return { x: center.x + radius * Math.cos(angle), y: center.y + radius * Math.sin(angle) };
}

/** A line as thick as its weight is large, blue or orange where that is less or more than an even share. */
function edge(from: Point, to: Point, { weight, even, full }: Looked): string {
  const ends = `x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}"`;
  const thick = Math.max(1, full * Math.sqrt(weight));
  return `<line ${ends} stroke="${shade(weight / even)}" stroke-width="${round(thick)}" stroke-linecap="round"/>`;
}

function weightLabel(from: Point, to: Point, weight: number): string {
  const at = 0.62;
  const [x, y] = [from.x + at * (to.x - from.x), from.y + at * (to.y - from.y)];
  return `<text x="${round(x)}" y="${round(y + 4)}" font-size="12" text-anchor="middle" stroke="white" stroke-width="4" paint-order="stroke">${percent(weight)}</text>`;
}

function drawNode({ classes, training, names }: Graph, { node, ring, x, y }: Placed): string {
  const { fill, dark } = colors[classes[node]];
  const rim = training.includes(node) ? `stroke="#111" stroke-width="3"` : `stroke="white" stroke-width="1.5"`;
  const drawn = circle({ x, y }, radii[ring], `fill="${fill}" ${rim}`);
  if (ring === 2) return `<g><title>Paper ${names[node]}, ${classNames[classes[node]]}</title>${drawn}</g>`;
  const size = ring === 0 ? 17 : 11;
  const letters = `text-anchor="middle" font-size="${size}" fill="${dark ? "#222" : "white"}"`;
  return `<g><title>${classNames[classes[node]]}</title>${drawn}<text x="${round(x)}" y="${round(y + size * 0.36)}" ${letters}>${names[node]}</text></g>`;
}

function legend({ classes }: Graph, nodes: readonly number[], showsFar: boolean): string[] {
  const present = classNames
    .map((name, index) => ({ name, index, count: nodes.filter((node) => classes[node] === index).length }))
    .filter(({ count }) => count > 0);
  const x = 812;
  const fields = present.map(
    ({ name, index, count }, row) =>
      circle({ x, y: line(row) - 5 }, 8, `fill="${colors[index].fill}"`) +
      `<text x="${x + 18}" y="${line(row)}">${name} <tspan fill="#888">${count}</tspan></text>`,
  );
  const row = present.length + 1;
  const swatch = (at: number, ofEven: number, meaning: string): string =>
    edge(
      { x: x - 8, y: line(at) - 5 },
      { x: x + 8, y: line(at) - 5 },
      { weight: 0.25, even: 0.25 / ofEven, full: 14 },
    ) + `<text x="${x + 18}" y="${line(at)}">${meaning}</text>`;
  const layers = ["inner lines: the last layer", ...(showsFar ? ["outer lines: the layer before"] : [])];
  return [
    ...fields,
    circle({ x, y: line(row) - 5 }, 7, `fill="white" stroke="#111" stroke-width="3"`),
    `<text x="${x + 18}" y="${line(row)}">its field was told</text>`,
    swatch(row + 1.5, 1.2, "looked at more"),
    swatch(row + 2.5, 1, "an even share"),
    swatch(row + 3.5, 0.8, "looked at less"),
    ...layers.map((text, i) => `<text x="${x - 8}" y="${line(row + 5 + 0.8 * i)}" fill="#666">${text}</text>`),
  ];
}

/** Where a line of the legend stands. */
const line = (row: number): number => 130 + row * 26;

function circle({ x, y }: Point, radius: number, look: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" ${look}/>`;
}

/** Blue for a fifth less than an even share, gray for an even one, orange for a fifth more: in Cora heads differ little. */
function shade(ofEvenShare: number): string {
  const part = Math.max(-1, Math.min(1, (ofEvenShare - 1) / 0.2));
  const end = part < 0 ? [38, 110, 196] : [226, 92, 16];
  return `rgb(${[190, 196, 204].map((value, i) => Math.round(value + Math.abs(part) * (end[i] - value))).join(" ")})`;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0)} %`;
}

function round(value: number): string {
  return value.toFixed(1);
}
