import type { Catalogue } from '../catalogue.js';
import { PROBES } from './probes.js';

/** Sentences that the files of a run hold: what a probe, a command or the load generator said when it measured. */
export const RECORDED: Catalogue = {
  ...PROBES,
  // What the machine can do.
  'the inspector of Node.js': 'Node.js 自带的 inspector',
  'this Node.js was built without the inspector': '此 Node.js 构建时未包含 inspector',
  '{0} threads seen': '可见 {0} 个线程',
  'user id {0}': '用户 ID 为 {0}',
  'user id {0}; kernel probes need root': '用户 ID 为 {0}；内核探针需要 root',
  'processes of the same user': '同一用户的进程',
  'there is no /proc': '没有 /proc',
  '/proc/PID/io is hidden': '/proc/PID/io 不可见',
  '/proc/PID/task/TID/schedstat is missing': '缺少 /proc/PID/task/TID/schedstat',
  '{0}, samples {1}': '{0}，采样事件 {1}',
  'hardware counter of cycles': '具有 CPU 周期硬件计数器',
  'no hardware counters here: perf falls back to cpu-clock': '此处没有硬件计数器：perf 退而使用 cpu-clock',
  'perf counts nothing here: {0}': 'perf 在此处无法计数：{0}',
  'perf does not run: {0}': 'perf 无法运行：{0}',
  'perf record is refused: {0}': 'perf record 被拒绝：{0}',
  'perf trace is refused: {0} (it needs root)': 'perf trace 被拒绝：{0}（需要 root）',
  '{0} is not installed': '未安装 {0}',
  '{0} is not installed.': '未安装 {0}。',
  '{0} is not installed ({1})': '未安装 {0}（{1}）',
  '{0} is not installed; its authors say that they do not maintain it any more':
    '未安装 {0}；其作者表示已不再维护',
  '{0} {1} is installed, {2} is needed': '已安装 {0} {1}，需要 {2}',
  'cannot tell: {0}': '无法判断：{0}',
  'unknown version': '版本未知',

  // What a command left out.
  'a quick run has no time for it; leave --quick out, or name it with --probes':
    'quick 模式没有时间做这一项；请去掉 --quick，或用 --probes 指名',
  'durability is proved with kill -9 of all nodes at once: that loses what the processes held, but the page cache of the kernel lives on; strata fsync --power-cut takes that too':
    '持久性是以同时对所有节点 kill -9 来验证的：进程持有的内容会丢失，但内核的页缓存仍在；strata fsync --power-cut 会连页缓存一并丢弃',
  'the run was asked for the levels only; use --with-fsync': '本次运行只要求测各级别；请使用 --with-fsync',
  'the run asked for none': '本次运行没有要求任何探针',
  'this run compares fsync strategies only; use strata sweep': '本次运行只比较刷盘策略；请使用 strata sweep',
  'it has to start the process itself: strata profile --launch':
    '它必须自己启动进程：strata profile --launch',
  'the nodes are not processes of this machine': '节点不是本机的进程',
  'fsync strategies': '刷盘策略',
  'levels with probes': '带探针的各级别',
  'writes lost to a power cut': '断电丢失的写入',
  'the journal of {0} at {1}': '{0} 的运行日志，测点 {1}',
  "a node's own measurements at {0}": '节点自身的测量，测点 {0}',
  'node {0} after it ended': '节点 {0} 终止之后',
  'it ended {0}': '它已终止：{0}',

  // What the kernel's histograms hold.
  'the main thread was ready and waited for a processor': '主线程已就绪，等待处理器',
  'another thread of the process was ready and waited for a processor': '进程的其他线程已就绪，等待处理器',
  'the main thread was off the processor, its idle time in epoll included':
    '主线程不在处理器上，含其在 epoll 中的空闲时间',
  'an fsync or fdatasync of the process, in the kernel': '该进程的一次 fsync 或 fdatasync，内核中的耗时',
  'a flush of a device, for whichever process': '设备的一次缓存刷写，不论由哪个进程引起',

  // Why the load generator doubts itself.
  "Little's law does not hold: {0} requests were in the system, but throughput times mean response time is {1}; a backlog grew or shrank, so the run was not steady.":
    'Little 定律不成立：系统中有 {0} 个请求，而吞吐量乘以平均响应时间为 {1}；积压在增减，因此运行不稳定。',
  "Little's law does not hold: there are {0} clients, but throughput times mean response time is {1} and {2} requests were in the system on average; the rest of their time went into errors and back-off.":
    'Little 定律不成立：有 {0} 个客户端，而吞吐量乘以平均响应时间为 {1}，系统中平均有 {2} 个请求；其余时间耗在错误与退避上。',
  "Little's law does not hold: there are {0} clients, but throughput times mean response time is {1} and {2} requests were in the system on average.":
    'Little 定律不成立：有 {0} 个客户端，而吞吐量乘以平均响应时间为 {1}，系统中平均有 {2} 个请求。',
  'No request was answered in the measured time.': '测量时间内没有任何请求得到应答。',
  'The generator may be the limit: worker {0} had its event loop busy for {1} of the time.':
    '负载发生器可能是瓶颈：worker {0} 的事件循环有 {1} 的时间繁忙。',
  'The generator may be the limit: worker {0} had its event loop busy for {1} of the time ({2} running, {3} waiting for a CPU that others used).':
    '负载发生器可能是瓶颈：worker {0} 的事件循环有 {1} 的时间繁忙（{2} 在运行，{3} 在等待被他人占用的 CPU）。',
  'The generator kept its schedule badly: 1 % of the requests left {0} µs late or more, above a tenth of the median response of {1} µs.':
    '负载发生器没有守住发送时间表：1 % 的请求迟发 {0} µs 或更久，超过中位响应 {1} µs 的十分之一。',
  '{0} of the requests were errors ({1} of {2}).': '{0} 的请求出错（{1} / {2}）。',
  'The rate was not held: {0} a second were answered of {1} asked for, so latencies grow with the length of the run.':
    '未能保持速率：每秒要求 {1} 次，应答 {0} 次，因此延迟会随运行时长增长。',
  'Percentiles from p99 up are lower bounds: {0} requests timed out, {1} were shed, {2} were still unanswered at the end after longer than p99.':
    'p99 及以上的百分位是下界：{0} 个请求超时，{1} 个被丢弃，{2} 个在结束时等待已超过 p99 仍未得到应答。',

  // What was lost, and what is not installed.
  'kill -9 of all {0} nodes at once under {1} clients, restart, read back of every key written':
    '在 {1} 个客户端的负载下同时对全部 {0} 个节点 kill -9，重启后回读每个写过的键',
  "what was not synced is in the processes' memory only; kill -9 of all {0} nodes at once under {1} clients, restart, every acknowledged write looked for on every node; {2} cuts":
    '未刷盘的内容只在进程内存中；在 {1} 个客户端的负载下同时对全部 {0} 个节点 kill -9，重启后在每个节点上查找每次已确认的写入；共断电 {2} 次',
  'cut {0}: {1} acknowledged writes are gone under {2}, which promises all':
    '第 {0} 次断电：策略 {2} 保证不丢，却丢失了 {1} 次已确认的写入',
  'cut {0}: a write acknowledged {1} before the cut is gone, {2} allows {3}':
    '第 {0} 次断电：断电前 {1} 确认的一次写入丢失，策略 {2} 只允许 {3}',
  'cut {0}: {1} keys hold what was never written': '第 {0} 次断电：{1} 个键的值从未被写入过',
  'cut {0}: the nodes differ afterwards': '第 {0} 次断电：之后各节点不一致',
  '{0} is not installed; {1} is not installed; {2} is not installed ({3})': '未安装 {0}、{1}、{2}（{3}）',
  '{0} is not installed; {1} is not installed; {2} is not installed': '未安装 {0}、{1}、{2}',
  '{0} is not installed; {1} is not installed ({2})': '未安装 {0}、{1}（{2}）',
  '{0} is not installed; {1} is not installed': '未安装 {0}、{1}',

  // What runs under the machine, and how keys are chosen.
  'virtual machine': '虚拟机',
  'virtual machine ({0})': '虚拟机（{0}）',
  container: '容器',
  'container (podman)': '容器（podman）',
  uniform: '均匀分布',
  hotspot: '热点分布',
  sequential: '顺序',

  // Why a history proves nothing, or what it proves.
  'the history is empty': '历史为空',
  'it tested nothing: {0} operations were answered ({1} reads and {2} writes were sent), and fewer than {3}, or fewer than {4} of a kind, prove nothing':
    '什么也没有检验到：应答了 {0} 个操作（发出 {1} 个读、{2} 个写），少于 {3} 个，或某一类少于 {4} 个，不能证明任何事',
  '{0} operations on key {1} have no order: {2}': '键 {1} 上的 {0} 个操作不存在合法顺序：{2}',
};
