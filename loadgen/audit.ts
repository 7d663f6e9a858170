import type { LoadAudit, Percentiles } from '../results/schema/index.js';
import type { WorkerUsage } from './messages.js';

const LITTLES_LAW_TOLERANCE = 0.05;
const LITTLES_LAW_TOLERANCE_MAX = 0.25;
const SATURATED_UTILIZATION = 0.95;
const LAG_SHARE_MAX = 0.1;
const ERROR_SHARE_MAX = 0.01;
const CENSORED_SHARE_MAX = 0.01;

export interface AuditInput {
  readonly mode: 'closed' | 'open';
  readonly clients: number;
  /** Asked for, per second; null in a closed loop. */
  readonly rate: number | null;
  readonly durationSeconds: number;
  /** Of the measured window. */
  readonly response: Percentiles;
  readonly scheduleLag: Percentiles | null;
  /** Requests that completed, in order or not, and of them the errors. */
  readonly total: number;
  readonly errors: number;
  readonly timedOut: number;
  readonly shed: number;
  /** Under way or waiting at the end, and older than the 99th percentile of what was answered. */
  readonly overdueAtEnd: number;
  /** Mean number of requests in the system. */
  readonly inSystemMean: number;
  readonly usages: readonly WorkerUsage[];
  /** CPU of the thread that paces an open loop, seconds; 0 in a closed loop. */
  readonly pacerCpuSeconds: number;
  /** CPU of the whole process over the window, seconds: stands in where a thread's own is not told. */
  readonly processCpuSeconds: number;
}

/** The run's own checks of itself: may its numbers be believed, and if not, why. Pure. */
export function auditLoad(input: AuditInput): LoadAudit {
  const littlesLaw = checkLittlesLaw(input);
  const utilization = Math.max(0, ...input.usages.map((usage) => usage.eventLoopUtilization));
  const saturation = [...busyReasons(input.usages), ...lagReasons(input)];
  const reasons = [
    ...emptyReasons(input),
    ...(littlesLaw.ok ? [] : [littlesLawReason(input, littlesLaw.product)]),
    ...saturation,
    ...errorReasons(input),
    ...offeredReasons(input),
    ...censoredReasons(input),
  ];
  return {
    littlesLaw,
    scheduleLag: input.scheduleLag,
    generatorCpuCores: round(cpuCores(input), 3),
    eventLoopUtilization: round(utilization, 4),
    saturated: saturation.length > 0,
    verdict: reasons.length === 0 ? 'ok' : 'suspect',
    reasons,
  };
}

/**
 * N = X * R. In a closed loop N is the number of clients: what is missing is time in which clients neither waited for an
 * answer nor sent, such as a back-off after errors. In an open loop N is the measured mean of requests in the system.
 *
 * The law is one of averages over a long time. In a window of T each end cuts through N requests whose time on the other side
 * X * R counts or misses: up to R / T, and more when a stall lies on an end. So a closed loop is also held to the time that requests
 * spent inside the window, which has no such error; X * R need then only be near.
 */
function checkLittlesLaw(input: AuditInput): LoadAudit['littlesLaw'] {
  const { mode, inSystemMean, response, durationSeconds } = input;
  const clients = mode === 'closed' ? input.clients : inSystemMean;
  const product = (response.count / durationSeconds) * (response.mean / 1e6);
  const ratio = clients === 0 ? 0 : product / clients;
  const edges = Math.max(LITTLES_LAW_TOLERANCE, response.mean / 1e6 / durationSeconds);
  const ok =
    mode === 'closed'
      ? isNear(inSystemMean / clients, LITTLES_LAW_TOLERANCE) && isNear(ratio, LITTLES_LAW_TOLERANCE_MAX)
      : isNear(ratio, Math.min(LITTLES_LAW_TOLERANCE_MAX, edges));
  return { clients: round(clients, 3), product: round(product, 3), ratio: round(ratio, 4), ok };
}

function isNear(ratio: number, tolerance: number): boolean {
  return Math.abs(ratio - 1) <= tolerance;
}

function littlesLawReason({ mode, clients, inSystemMean }: AuditInput, product: number): string {
  const found = `throughput times mean response time is ${product.toFixed(1)}`;
  const inSystem = `${inSystemMean.toFixed(1)} requests were in the system`;
  if (mode === 'open') {
    return `Little's law does not hold: ${inSystem}, but ${found}; a backlog grew or shrank, so the run was not steady.`;
  }
  const rest = inSystemMean < clients ? '; the rest of their time went into errors and back-off' : '';
  return `Little's law does not hold: there are ${clients} clients, but ${found} and ${inSystem} on average${rest}.`;
}

function emptyReasons(input: AuditInput): string[] {
  return input.response.count === 0 ? ['No request was answered in the measured time.'] : [];
}

function busyReasons(usages: readonly WorkerUsage[]): string[] {
  return usages.flatMap((usage, worker) => {
    if (usage.eventLoopUtilization <= SATURATED_UTILIZATION) return [];
    const busy = `The generator may be the limit: worker ${worker} had its event loop busy for ${percent(usage.eventLoopUtilization)} of the time`;
    if (usage.cpuSeconds === null || usage.runQueueSeconds === null) return [`${busy}.`];
    const onCpu = percent(usage.cpuSeconds / usage.seconds);
    const waiting = percent(usage.runQueueSeconds / usage.seconds);
    return [`${busy} (${onCpu} running, ${waiting} waiting for a CPU that others used).`];
  });
}

function lagReasons({ scheduleLag, response }: AuditInput): string[] {
  if (scheduleLag === null || scheduleLag.p99 === null || response.p50 === null) return [];
  if (scheduleLag.p99 <= response.p50 * LAG_SHARE_MAX) return [];
  return [
    `The generator kept its schedule badly: 1 % of the requests left ${scheduleLag.p99.toFixed(0)} µs late or more, above a tenth of the median response of ${response.p50.toFixed(0)} µs.`,
  ];
}

function errorReasons({ errors, total }: AuditInput): string[] {
  if (total === 0 || errors / total <= ERROR_SHARE_MAX) return [];
  return [`${percent(errors / total)} of the requests were errors (${errors} of ${total}).`];
}

/** A Poisson stream of n arrivals varies by the root of n: only what is beyond four of those counts. */
function offeredReasons({ rate, durationSeconds, response }: AuditInput): string[] {
  if (rate === null) return [];
  const offered = rate * durationSeconds;
  const missing = offered - response.count;
  if (missing <= Math.max(offered * ERROR_SHARE_MAX, 4 * Math.sqrt(offered))) return [];
  const achieved = (response.count / durationSeconds).toFixed(0);
  return [
    `The rate was not held: ${achieved} a second were answered of ${rate} asked for, so latencies grow with the length of the run.`,
  ];
}

function censoredReasons({ timedOut, shed, overdueAtEnd, response }: AuditInput): string[] {
  const censored = timedOut + shed + overdueAtEnd;
  if (censored === 0 || censored / (response.count + shed + overdueAtEnd) <= CENSORED_SHARE_MAX) return [];
  return [
    `Percentiles from p99 up are lower bounds: ${timedOut} requests timed out, ${shed} were shed, ${overdueAtEnd} were still unanswered at the end after longer than p99.`,
  ];
}

function cpuCores({ usages, pacerCpuSeconds, processCpuSeconds, durationSeconds }: AuditInput): number {
  let cores = pacerCpuSeconds / durationSeconds;
  for (const { cpuSeconds, seconds } of usages) {
    if (cpuSeconds === null || seconds <= 0) return processCpuSeconds / durationSeconds;
    cores += cpuSeconds / seconds;
  }
  return cores;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
