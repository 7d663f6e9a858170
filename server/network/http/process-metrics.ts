import { readdirSync, readFileSync } from 'node:fs';
import type { Family } from './prometheus.js';

/**
 * The process under the names that every Node service uses (prom-client's defaults), so that common dashboards work. Read when somebody
 * scrapes: prom-client's own collectors keep a timer that wakes an idle process a hundred times a second. `/proc` is memory of the kernel;
 * reading it does not wait for a disk.
 */
export async function processFamilies(): Promise<Family[]> {
  const lagSeconds = await loopLagSeconds();
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  const families = [
    counter('process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.', user / 1e6),
    counter('process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.', system / 1e6),
    counter(
      'process_cpu_seconds_total',
      'Total user and system CPU time spent in seconds.',
      (user + system) / 1e6,
    ),
    gauge(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      startSeconds,
    ),
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', memory.rss),
    gauge('nodejs_heap_size_total_bytes', 'Process heap size from Node.js in bytes.', memory.heapTotal),
    gauge('nodejs_heap_size_used_bytes', 'Process heap size used from Node.js in bytes.', memory.heapUsed),
    gauge('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.', memory.external),
    gauge('nodejs_eventloop_lag_seconds', 'Lag of event loop in seconds.', lagSeconds),
    versionFamily(),
  ];
  return [...families, ...procFamilies()];
}

const startSeconds = Math.round(Date.now() / 1e3 - process.uptime());

function loopLagSeconds(): Promise<number> {
  const startNs = process.hrtime.bigint();
  return new Promise((resolve) => {
    setImmediate(() => resolve(Number(process.hrtime.bigint() - startNs) / 1e9));
  });
}

function procFamilies(): Family[] {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const kib = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
    const openMax = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
    return [
      gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', kib('VmSize') * 1_024),
      gauge('process_heap_bytes', 'Process heap size in bytes.', kib('VmData') * 1_024),
      gauge('process_open_fds', 'Number of open file descriptors.', readdirSync('/proc/self/fd').length),
      gauge(
        'process_max_fds',
        'Maximum number of open file descriptors.',
        openMax === 'unlimited' ? Number.POSITIVE_INFINITY : Number(openMax),
      ),
    ];
  } catch {
    // Not Linux, or no /proc in this container: the rest is known all the same.
    return [];
  }
}

function versionFamily(): Family {
  const [major, minor, patch] = process.versions.node.split('.');
  return {
    name: 'nodejs_version_info',
    help: 'Node.js version info.',
    type: 'gauge',
    samples: [
      { value: 1, labels: { version: process.version, major: major!, minor: minor!, patch: patch! } },
    ],
  };
}

function counter(name: string, help: string, value: number): Family {
  return { name, help, type: 'counter', samples: [{ value, labels: {} }] };
}

function gauge(name: string, help: string, value: number): Family {
  return { name, help, type: 'gauge', samples: [{ value, labels: {} }] };
}
