/**
 * Universal Scalability Law (Gunther, Guerrilla Capacity Planning, 2007): X(N) = λN / (1 + σ(N − 1) + κN(N − 1)).
 * λ: throughput of one client alone. σ: contention, the share that cannot run side by side. κ: coherency, the cost of every pair.
 */
export interface UslModel {
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

export function uslThroughput({ lambda, sigma, kappa }: UslModel, clients: number): number {
  return (lambda * clients) / (1 + sigma * (clients - 1) + kappa * clients * (clients - 1));
}

/** Mean response time of a closed system without think time, by Little's law: N / X(N), in seconds where λ is per second. */
export function uslLatency({ lambda, sigma, kappa }: UslModel, clients: number): number {
  return (1 + sigma * (clients - 1) + kappa * clients * (clients - 1)) / lambda;
}

/** Share of linear scaling that is left: X(N) / (λN). */
export function uslEfficiency(model: UslModel, clients: number): number {
  return uslThroughput(model, clients) / (model.lambda * clients);
}

/** Clients at which throughput peaks; null where it never falls (no coherency cost) or falls from the first client on. */
export function uslPeak({ sigma, kappa }: UslModel): number | null {
  if (!(kappa > 0) || !(sigma < 1)) return null;
  const peak = Math.sqrt((1 - sigma) / kappa);
  return peak > 1 ? peak : null;
}

/**
 * How throughput goes on with ever more clients: over a `peak`, it `falls` from the first client on, it `levels off` at a limit (Amdahl), or it `grows` in
 * proportion.
 */
export function uslShape(model: UslModel): 'peak' | 'falls' | 'levels off' | 'grows' {
  if (uslPeak(model) !== null) return 'peak';
  if (model.kappa > 0) return 'falls';
  return model.sigma > 0 ? 'levels off' : 'grows';
}

/** What throughput tends to with ever more clients when there is no coherency cost (Amdahl); null where there is no such limit. */
export function uslLimit({ lambda, sigma, kappa }: UslModel): number | null {
  return kappa === 0 && sigma > 0 ? lambda / sigma : null;
}

/**
 * The fewest clients that reach a throughput, exactly: the smaller root of κXN² + (σX − κX − λ)N + X(1 − σ) = 0. Null for a
 * throughput that the curve never reaches.
 */
export function uslClientsFor({ lambda, sigma, kappa }: UslModel, throughput: number): number | null {
  const a = kappa * throughput;
  const b = (sigma - kappa) * throughput - lambda;
  const c = throughput * (1 - sigma);
  if (a === 0) return b < 0 ? -c / b : null;
  const discriminant = b * b - 4 * a * c;
  if (discriminant < 0 || b >= 0) return null;
  // The other form of the root: −b − √… would cancel where κ is small.
  return (2 * c) / (-b + Math.sqrt(discriminant));
}
