import type { Catalogue } from '../catalogue.js';

/** Syncs: the ledger, the strategies, what is lost, the four clocks, what reaches the device. */
export const SYNCS: Catalogue = {
  Fsyncs: 'fsync 次数',
  'Entries / fsync': '条目 / fsync',
  'Bytes / fsync': '字节 / fsync',
  'Write : fsync': 'write : fsync',
  'Time with a sync under way': '刷盘进行中的时间',
  'Write mean': '写入均值',
  'Batch wait mean': '批次等待均值',
  '`points/*/nodes/*.json`, `io_*` and `log_*`; calls, times and entries without preallocation, snapshots and directories, which no request waits for':
    '`points/*/nodes/*.json`，`io_*` 与 `log_*`；次数、耗时与条目不含没有请求等待的预分配、快照和目录刷盘',
  ' The p99 of {0} is within the 10 ms that etcd asks of a disk.':
    'p99 为 {0}，在 etcd 对磁盘要求的 10 ms 以内。',
  ' The p99 of {0} is above the 10 ms that etcd asks of a disk.':
    'p99 为 {0}，超过 etcd 对磁盘要求的 10 ms。',
  'At {0} a sync of the leader takes {1}; write + {2} of 4 KiB takes {3} on the idle machine. The difference of {4} is thread pool queue, wake-up of the loop, larger writes, and the other nodes on the same disk.{5}{6}':
    '在 {0}下，Leader 一次刷盘耗时 {1}；空闲机器上写 4 KiB + {2} 耗时 {3}。相差的 {4} 来自线程池排队、事件循环唤醒、更大的写入，以及同一磁盘上的其他节点。{5}{6}',
  ' In the pass of `{0}`, which timed {1} syncs on both sides, a mean sync of {2} waited {3} for a thread of the pool and {4} for the loop to wake up.':
    '`{0}` 那一轮对 {1} 次刷盘的两侧都计了时：平均一次刷盘 {2}，其中等待线程池线程 {3}，等待事件循环唤醒 {4}。',
  'no sync of that pass was timed on both sides': '该轮没有任何一次刷盘的两侧都被计时',
  ' How much of it is queue and wake-up was not measured, because {0}.':
    '其中排队和唤醒各占多少没有测量，因为{0}。',
  'Causes of syncs: {0}': '刷盘原因：{0}',
  'no node reported a counter {0}<cause>_total above zero': '没有节点报告大于零的计数器 {0}<cause>_total',
  'Why it synced': '刷盘原因',
  'no `durability.json`: the nodes of this arm were not killed and read back':
    '没有 `durability.json`：该组的节点没有被杀死并回读',
  ', {0} unreadable': '，{0} 个不可读',
  '{0} of {1} keys{2}': '{1} 个键中 {0} 个{2}',
  'no `power-cut.json`: the power of this arm was not cut; `strata fsync --power-cut` does it at the middle level':
    '没有 `power-cut.json`：该组没有断电；`strata fsync --power-cut` 会在中间级别进行断电',
  ', oldest {0} ms{1}': '，最早 {0} ms{1}',
  '{0} of {1} writes{2}{3}': '{1} 次写入中 {0} 次{2}{3}',
  ' (allowed {0} ms)': '（允许 {0} ms）',
  ' Method: {0}.': '方法：{0}。',
  'A killed process leaves its bytes in the page cache of the kernel, so B and C are expected to lose nothing here.':
    '被杀死的进程仍把字节留在内核页缓存中，因此 B 和 C 在这里预期不丢数据。',
  'A killed process leaves its bytes in the page cache of the kernel; a power cut would not.':
    '被杀死的进程仍把字节留在内核页缓存中；断电则不会。',
  '**Processes killed.** {0}{1}': '**杀死进程**：{0}{1}',
  '**Power cut.** Not measured in this run. It takes up to one interval under B, whatever was not written back under C, nothing under A and G; `strata fsync --power-cut` measures it.':
    '**断电**：本次运行未测。断电时 B 最多丢失一个间隔的数据，C 丢失所有尚未回写的数据，A 和 G 不丢数据；可用 `strata fsync --power-cut` 测量。',
  ' Allowed under B: one interval, the sync that is under way when a write comes, the sync of the write itself, and the lateness of the timer, as the nodes measured them before the cut. C promises nothing: between two syncs of term and vote, or of a full segment, everything is at stake.':
    'B 允许丢失：一个间隔、写入到来时正在进行的刷盘、该写入自身的刷盘，以及定时器的迟到量，均为节点在断电前的测量值。C 不作任何保证：在两次任期与投票刷盘（或写满的段刷盘）之间，所有数据都可能丢失。',
  ' After every cut all nodes started and held the same keys and values.':
    '每次断电后所有节点都能启动，且键值一致。',
  '**Power cut.** Method: {0}.{1}{2} Speeds are never taken on that disk.':
    '**断电**：方法：{0}。{1}{2}该磁盘从不用于测速。',
  Strategy: '策略',
  'Document (L1)': '参考文档（L1）',
  'Fsync mean': 'fsync 均值',
  'Fsync p99': 'fsync p99',
  'Lost, processes killed': '丢失（杀死进程）',
  'Lost, power cut': '丢失（断电）',
  '`points/*/summary.json`, leader in `points/*/nodes/*.json`, `points/*/durability.json`, `points/*/power-cut.json`; {0}':
    '`points/*/summary.json`、`points/*/nodes/*.json` 中的 Leader、`points/*/durability.json`、`points/*/power-cut.json`；{0}',
  ' ⚠️ suspect': ' ⚠️ 可疑',
  '**{0} clients.** {1}': '**{0} 个客户端**：{1}',
  'G lets waiting entries share one sync': 'G 让等待中的条目共用一次刷盘',
  'G shares one sync among {0} entries on average': 'G 平均让 {0} 个条目共用一次刷盘',
  '{0} against {1}': '{0} 对 {1}',
  '{0}: {1} the throughput of A (here {2}) with the same promise.':
    '{0}：在同样的持久性保证下，吞吐量为 A 的 {1}（此处 {2}）。',
  '{0}; no difference from the throughput of A is shown ({1}; here {2}).':
    '{0}；未显示出与 A 的吞吐量有差别（{1}；此处 {2}）。',
  'it logged {0}, which passes that ({1}), so its syncs overlap':
    '写入日志的速率为 {0}，超过了这个值（{1}），说明其刷盘有重叠',
  'it logged {0}, {1} of that': '写入日志的速率为 {0}，为该值的 {1}',
  "With one sync after another the leader's disk takes no more of A than 1 / mean sync = 1 / {0} = {1}; {2}.":
    '逐次刷盘时，A 的 Leader 磁盘最多承受 1 / 平均刷盘耗时 = 1 / {0} = {1}；{2}。',
  '{0} Its log fell behind by {1}, because the followers made the quorum without it: that is not a steady state, and the rate of A is overstated.':
    '{0}其日志以 {1} 的速度落后，因为 Follower 未等它就构成了多数派：这不是稳态，A 的速率偏高。',
  '{0} Commits kept pace with it, though the followers could have made a quorum without it.':
    '{0}提交与它同步，尽管 Follower 不等它也能构成多数派。',
  '{0} No commit can do without it.': '{0}任何提交都离不开它。',
  'no cost is shown against {0} (G reaches {1} of it)': '与 {0} 相比未显示出代价（G 达到其 {1}）',
  'G reaches {0} of {1}': 'G 达到 {1} 的 {0}',
  'What waiting for the disk costs, against strategies that do not wait: {0}.':
    '等待磁盘的代价，与不等待的策略相比：{0}。',
  'Time in which the leader had a sync under way: {0}.': 'Leader 有刷盘正在进行的时间：{0}。',
  entries: '日志条目',
  'hard state': '任期与投票',
  'hard-state': '任期与投票',
  interval: '定期',
  rotation: '段轮转',
  close: '关闭',
  recovery: '恢复',
  preallocate: '预分配',
  directory: '目录',
  snapshot: '快照',
  identity: '身份文件',
  '{0} Every sync, call by call, on one monotonic clock; the kernel was watched by {1}.':
    '{0}逐次记录每次刷盘，使用同一单调时钟；内核由 {1} 观测。',
  'Mean sync by clock, {0}': '平均刷盘耗时（按时钟分段），{0}',
  'none of the {0} syncs in the kernel has its counterpart in the process':
    '内核中的 {0} 次刷盘在进程中都没有对应记录',
  Clock: '时钟',
  '{0}; the means add up, percentiles do not': '{0}；均值可以相加，百分位不能',
  '**as JavaScript saw it**': '**JavaScript 所见**',
  'no time': '无耗时',
  'the thread pool is busy with other blocking calls: raise `UV_THREADPOOL_SIZE`, or send fewer calls through it':
    '线程池正忙于其他阻塞调用：增大 `UV_THREADPOOL_SIZE`，或减少经过它的调用',
  'whether the file system or the disk takes it is open, because nobody watched the device':
    '无法判断耗时在文件系统还是磁盘，因为没有观测设备',
  'the file system and its journal, not the disk: preallocate, sync data only (fdatasync), keep other writers off this file system':
    '耗时在文件系统及其日志而不是磁盘：预分配、只刷数据（fdatasync）、不让其他程序写该文件系统',
  'the disk itself: only a faster flush helps, or fewer syncs':
    '磁盘本身：只有更快的缓存刷写或更少的刷盘才有帮助',
  'the sync is long done before the loop looks: the event loop is busy, so cut CPU per request':
    '刷盘早已完成，事件循环才来查看：事件循环繁忙，应减少每个请求的 CPU',
  'pool queue (submitted → entered)': '线程池排队（提交 → 进入）',
  'kernel (entered → returned)': '内核（进入 → 返回）',
  'kernel without the device (file system, journal)': '内核，不含设备（文件系统、日志）',
  'device flush': '设备缓存刷写',
  'wake-up (returned → callback)': '唤醒（返回 → 回调）',
  'fewer than 10 syncs lie above this percentile': '该百分位之上的刷盘少于 10 次',
  'The largest clock of {0} is **{1}, {2}** of what JavaScript waited: {3}.{4}':
    '{0} 最长的一段是 **{1}，占 JavaScript 等待的 {2}**：{3}。{4}',
  ' Over the whole machine a flush of {0} took {1} on average (`/proc/diskstats`), {2} of the mean kernel time.':
    '整机上 {0} 的一次缓存刷写平均耗时 {1}（`/proc/diskstats`），为平均内核时间的 {2}。',
  Cause: '原因',
  syncs: '刷盘次数',
  'JavaScript, mean': 'JavaScript 均值',
  queue: '排队',
  'wake-up': '唤醒',
  'entries / sync': '条目 / 次',
  'bytes / sync': '字节 / 次',
  'the process keeps no count of it': '进程没有统计此项',
  '{0} entries': '{0} 个条目',
  '{0} a sync': '每次刷盘 {0}',
  '{0} written to {1} for each of its flushes (whole machine)': '{1} 每次缓存刷写时写入 {0}（整机）',
  'the device wrote {0} the bytes of the logs in the measured pass (section 2.4)':
    '测量轮中设备写入量为日志字节的 {0}（见 2.4 节）',
  'Volume: {0}.': '数据量：{0}。',
  'known to the kernel alone': '次只有内核知道',
  'with stamps that do not ascend': '次时间戳不递增',
  'beyond the limit of the probe': '次超出探针上限',
  'known to the process alone': '次只有进程知道',
  '{0}Left out of {1} syncs: {2}.': '{0}{1} 次刷盘中略去：{2}。',
  'What the trace itself adds to a sync is not known: one of the two passes has no mean.':
    '追踪本身给刷盘增加的耗时未知：两轮中有一轮没有均值。',
  "The trace's own effect: in the measured pass, with nobody watching, the leader's mean was {0}; under the trace it is {1} ({2}{3}). Read the shares, not the sums.":
    '追踪自身的影响：在无人观测的测量轮中，Leader 的均值为 {0}；追踪时为 {1}（{2}{3}）。应看占比，不看总量。',
  'time as JavaScript saw it': 'JavaScript 所见的时间',
  'Values of clients': '客户端的值',
  'Logs of all nodes': '所有节点的日志',
  'Log / value': '日志 / 值',
  Device: '设备',
  'Device / log': '设备 / 日志',
  'Device rate': '设备速率',
  'Writes of the device': '设备写次数',
  Flushes: '缓存刷写次数',
  'A flush': '每次缓存刷写',
  '`points/*/disk.json` (the whole machine), `points/*/nodes/*.json`, `log_*`, `io_*`; values = log entries × value size of `run.json`':
    '`points/*/disk.json`（整机）、`points/*/nodes/*.json`、`log_*`、`io_*`；值 = 日志条目 × `run.json` 中的值大小',
  'no value was written in the window': '测量窗口内没有写入值',
  'not counted': '未统计',
  'no level was measured': '没有测量任何级别',
  'A sync writes whole pages: few bytes a sync mean many bytes on the device for each byte of log. Zero-filling the next segment counts too. The `write_bytes` of a process is not used: it counts page-cache folios, which can be a hundred times what is written.':
    '刷盘按整页写入：每次刷盘的字节越少，每字节日志在设备上写入的字节就越多。为下一个段填零也计入。这里不使用进程的 `write_bytes`：它统计页缓存 folio，可能是实际写入量的上百倍。',
};
