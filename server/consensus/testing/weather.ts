import type { NodeId } from '../messages.js';
import type { Cluster } from './cluster.js';
import type { Random } from './random.js';

/** How the network is cut for a while. Aimed at the leader, because what happens to the others rarely matters. */
export function changeWeather(cluster: Cluster, random: Random): void {
  const ids = cluster.nodes.map(({ id }) => id);
  const target = cluster.leader?.id ?? random.pick(ids);
  cluster.heal();
  switch (random.between(0, 9)) {
    case 0:
    case 1:
      return;
    case 2:
      for (const id of ids) cluster.network.clog(id, target);
      return;
    case 3:
      cluster.isolate(target);
      return;
    case 4:
      // It sends and hears nothing: its heartbeats alone must not keep it in office.
      for (const id of ids) cluster.network.cutOneWay(id, target);
      return;
    case 5:
      for (const id of ids) cluster.network.cutOneWay(target, id);
      return;
    case 6:
    case 7: {
      // The leader stays on the side of the minority, and the others do not wait long for a new one.
      const side = new Set([target, random.pick(ids)]);
      split(cluster, side);
      for (const id of ids) if (!side.has(id) && random.chance(0.5)) cluster.campaign(id);
      return;
    }
    case 8:
      split(cluster, new Set(ids.filter(() => random.chance(0.5))));
      return;
    default:
      for (let count = 0; count < ids.length; count++)
        cluster.network.cutOneWay(random.pick(ids), random.pick(ids));
  }
}

function split(cluster: Cluster, side: ReadonlySet<NodeId>): void {
  for (const a of side) {
    for (const { id } of cluster.nodes) if (!side.has(id)) cluster.cut(a, id);
  }
}
