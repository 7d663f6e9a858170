import type { Compared, FrameKind, Graph, GraphFrame, GraphStack, GraphUnit } from './graph.js';

/** A graph of the page, with what is said around it. */
export interface NamedGraph {
  /** Stands in links; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly graph: Graph;
}

/** Graphs as plain lists: strings once for all, stacks that begin alike share their beginning. */
export interface PackedPage {
  readonly texts: readonly string[];
  readonly graphs: readonly PackedGraph[];
}

interface PackedGraph {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly unit: GraphUnit;
  readonly compared: Compared | null;
  /** Name, file, line, layer, kind: five numbers a frame. */
  readonly frames: readonly number[];
  /** Place of the caller (-1: none) and frame: two numbers a place. */
  readonly places: readonly number[];
  /** Place of the leaf (-1: none), layer, weight, before: four numbers a stack. */
  readonly stacks: readonly number[];
}

export function packGraphs(graphs: readonly NamedGraph[]): PackedPage {
  const texts: string[] = [];
  const indexes = new Map<string, number>();
  const text = (value: string): number => {
    const known = indexes.get(value);
    if (known !== undefined) return known;
    indexes.set(value, texts.length);
    return texts.push(value) - 1;
  };
  return { graphs: graphs.map((named) => packGraph(named, text)), texts };
}

function packGraph({ id, title, note, graph }: NamedGraph, text: (value: string) => number): PackedGraph {
  const places: number[] = [];
  const known = new Map<string, number>();
  const stacks = graph.stacks.flatMap(({ frames, layer, weight, before }) => {
    let place = -1;
    for (const frame of frames) {
      const key = `${place} ${frame}`;
      let next = known.get(key);
      if (next === undefined) {
        next = places.length / 2;
        places.push(place, frame);
        known.set(key, next);
      }
      place = next;
    }
    return [place, text(layer), rounded(weight), rounded(before)];
  });
  const frames = graph.frames.flatMap(({ name, file, line, layer, kind }) => [
    ...[text(name), text(file), line],
    ...[text(layer), text(kind)],
  ]);
  return { id, title, note, unit: graph.unit, compared: graph.compared, frames, places, stacks };
}

/** Nine digits are more than a sampler knows, and half as long as all of them. */
function rounded(weight: number): number {
  return Number(weight.toPrecision(9));
}

export function unpackGraphs({ texts, graphs }: PackedPage): NamedGraph[] {
  return graphs.map(({ id, title, note, unit, compared, ...packed }) => {
    const frames = inGroups(packed.frames, 5).map(
      ([name, file, line, layer, kind]): GraphFrame => ({
        name: texts[name!]!,
        file: texts[file!]!,
        line: line!,
        layer: texts[layer!]!,
        kind: texts[kind!] as FrameKind,
      }),
    );
    const stacks = inGroups(packed.stacks, 4).map(
      ([place, layer, weight, before]): GraphStack => ({
        frames: pathOf(packed.places, place!),
        layer: texts[layer!]!,
        weight: weight!,
        before: before!,
      }),
    );
    return { id, title, note, graph: { unit, frames, stacks, compared } };
  });
}

function pathOf(places: readonly number[], leaf: number): number[] {
  const path: number[] = [];
  for (let place = leaf; place !== -1; place = places[2 * place]!) path.push(places[2 * place + 1]!);
  return path.reverse();
}

function inGroups(numbers: readonly number[], size: number): number[][] {
  return Array.from({ length: numbers.length / size }, (_, index) =>
    numbers.slice(index * size, (index + 1) * size),
  );
}
