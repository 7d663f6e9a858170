import type { Catalogue } from '../catalogue.js';

/** What rules say of a run, and the sections that print it: verdict, advice, KPIs. Titles, actions and meanings stand in the rules themselves, in both languages. */
export const RULES: Catalogue = {
  // What a share is of, as data of the rules.
  'mean latency of a write': '平均写延迟',
  'CPU time of the leader': 'Leader 的 CPU 时间',
  "time of the leader's main thread": 'Leader 主线程的时间',
  'CPU time of nodes and generator': '节点与负载发生器的 CPU 时间',
  "non-idle time of the leader's main thread": 'Leader 主线程的非空闲时间',
  'bytes written': '写入字节数',

  // Evidence.
  '{0} (alert {1} {2})': '{0}（告警 {1} {2}）',
  "{0} of the samples of the leader's main thread that are not idle, waits for a CPU among them (alert above {1}){2}":
    'Leader 主线程非空闲样本的 {0}，其中包括等待 CPU 的时间（高于 {1} 告警）{2}',
  "{0} of the samples of a follower's main thread that are not idle, waits for a CPU among them (alert above {1})":
    'Follower 主线程非空闲样本的 {0}，其中包括等待 CPU 的时间（高于 {1} 告警）',
  '; `{0}` counted {1} writes to clients for each read from them':
    '；`{0}` 统计到每从客户端读一次，就向客户端写 {1} 次',
  '{0} pings are too few for a mean (at least {1})': '{0} 次 ping 不足以得出均值（至少需要 {1} 次）',
  '{0} clients that wait for each answer have no more than {1} writes in flight':
    '{0} 个等待每次应答的客户端，在途的写不会超过 {1} 个',
  'a task waits {0}, and the thread that takes one waits {1} for a CPU: more threads would wait as well':
    '任务等待 {0}，而取走任务的线程等待 CPU {1}：增加线程也同样要等',
  '; an append of the leader takes {0}: write {1}, sync {2}, each with its wait for the pool and the loop':
    '；Leader 一次追加耗时 {0}：write {1}，刷盘 {2}，均含等待线程池和事件循环的时间',
  "{0}, {1} of it behind the leader's own append at the disk{2}":
    '{0}，其中 {1} 是等待 Leader 自己的落盘追加{2}',
  ", {0} of it behind the leader's own append, which is left out here":
    '，其中 {0} 是等待 Leader 自己的追加，此处不计',
  'no write gathered behind an append of the leader': '没有写请求聚集在 Leader 的追加之后',
  '{0} of the CPU time of all threads is in functions of native locks (alert above {1})':
    '全部线程 CPU 时间的 {0} 花在原生锁函数中（高于 {1} 告警）',
  '{0} of the CPU time of all threads has no owner (alert above {1})':
    '全部线程 CPU 时间的 {0} 没有归属（高于 {1} 告警）',
  '{0} of the time of working system calls goes into writes to the log (alert above {1})':
    '工作类系统调用时间的 {0} 用于写日志（高于 {1} 告警）',
  '{0} of a mean write of {1}': '{0}，平均写耗时 {1}',
  '{0} of a mean write of {1}{2}': '{0}，平均写耗时 {1}{2}',
  '; a sync of the leader takes {0} and carries {1} entries': '；Leader 一次刷盘耗时 {0}，承载 {1} 个条目',
  "{0}; the leader's main thread is on a CPU for {1} of the time": '{0}；Leader 主线程有 {1} 的时间占用 CPU',
  'mean sync {0} against {1} for write + {2} of 4 KiB on the idle machine':
    '平均刷盘 {0}，而空闲机器上 4 KiB 的 write + {2} 为 {1}',
  'replicate decided {0} of the writes: with the own disk already done the mean write waited {1} for it, and {2} were committed while the own disk was still writing':
    '{0} 的写由复制决定：在本地磁盘已完成的情况下，平均每次写为其等待 {1}；另有 {2} 在本地磁盘仍在写时就已提交',
  '{0} {1}/s against {2} {3}/s in the same run': '同一次运行中 {0} 为 {1}/s，{2} 为 {3}/s',
  'between the call and its entry into the kernel': '从调用到进入内核之间',
  'between the return from the kernel and the callback': '从内核返回到回调之间',
  '{0} of a mean sync of {1} pass {2} ({3}, {4} syncs by `{5}`)':
    '平均刷盘 {1} 中有 {0} 花在{2}（{3}，`{5}` 记录了 {4} 次刷盘）',
  '{0} of {1} small tasks waited for more than ten idle round trips ({2} each) before one of {3} threads took them; mean wait {4}, of which the wait for a CPU is at most {5}; writes and syncs of the log take {6} of the threads, their queue included':
    '{1} 个小任务中有 {0} 等待了超过十次空闲往返（每次 {2}）才被 {3} 个线程之一取走；平均等待 {4}，其中等待 CPU 至多 {5}；写入与刷盘（含其排队）占用线程的 {6}',
  'nobody was seen holding it': '没有看到持有者',
  '{0} of it while `{1}` held it ({2} holds, longest hold of the lock {3})':
    '其中 {0} 发生在 `{1}` 持锁期间（持锁 {2} 次，该锁最长持有 {3}）',
  'the waiters at `{0}` ({1}) lose {2} a second, {3} of the time of all requests in flight; {4}':
    '在 `{0}`（{1}）上等待者每秒损失 {2}，占全部在途请求时间的 {3}；{4}',
  'the longest pause took {0}{1}, the heartbeat is due every {2}': '最长停顿 {0}{1}，心跳间隔为 {2}',
  '1 turn': '1 个轮次',
  '{0} turns': '{0} 个轮次',
  'at a place that no profile saw': '位置未被任何采样看到',
  'in `{0}`': '在 `{0}` 中',
  '{0} of at least {1} of a heartbeat ({2}), the longest {3} {4}':
    '{0}达到心跳间隔（{2}）的 {1} 或更长，最长 {3}，{4}',
  'ready to run, and without a CPU, for {0} of the window': '窗口的 {0} 处于就绪但没有 CPU 的状态',
  'the device wrote {0} bytes for each byte of log, all nodes and everything else on it together':
    '每一字节日志，设备写入 {0} 字节（所有节点及其上其他一切合计）',
  'nodes {0} + generator {1} cores of {2} ({3})': '节点 {0} + 负载发生器 {1} 核，共 {2} 核（{3}）',
  ', hottest function `{0}` with {1} self': '，最热函数 `{0}`，自身占 {1}',
  'main thread on a CPU for {0} of the time; largest layer {1} with {2}{3}':
    '主线程有 {0} 的时间占用 CPU；占比最大的层是 {1}，为 {2}{3}',
  'heartbeat {0} ms, election {1} to {2} ms ({3} to {4} times)':
    '心跳 {0} ms，选举 {1} 到 {2} ms（{3} 到 {4} 倍）',
  '{0} campaigns in the measured window': '测量窗口内竞选 {0} 次',

  // Evidence of causes.
  '; write + {0} of 4 KiB took {1} on the idle machine': '；空闲机器上 4 KiB 的 write + {0} 耗时 {1}',
  'write + {0} of 4 KiB took {1} on the idle machine': '空闲机器上 4 KiB 的 write + {0} 耗时 {1}',
  'a sync of the leader spends {0} in the kernel and the device, mean of {1} by `{2}`':
    'Leader 一次刷盘在内核与设备中花费 {0}，`{2}` 记录的 {1} 次的平均值',
  "a sync of the leader takes {0}, a write into the page cache, which goes the same way through thread pool and event loop, {1}: {2} are the disk's":
    'Leader 一次刷盘耗时 {0}，而同样经过线程池与事件循环的页缓存写入耗时 {1}：其中 {2} 属于磁盘',
  'a sync takes {0}, mean of {1} calls that the trace saw; syncs are {2} of the time of working system calls':
    '一次刷盘耗时 {0}，为跟踪到的 {1} 次调用的平均值；刷盘占工作类系统调用时间的 {2}',
  ', each of {0}': '，每次 {0}',
  '{0} entries share a sync while {1} writes are in flight: each waits in a line of about {2} syncs{3}':
    '每次刷盘只合并 {0} 个条目，而在途写有 {1} 个：每个写要排队等待约 {2} 次刷盘{3}',
  'syncs take {0} of the time of working system calls, {1} of them of {2} each, and only {3} writes go to a sync':
    '刷盘占工作类系统调用时间的 {0}，共 {1} 次，每次 {2}，每次刷盘只对应 {3} 次 write',
  'threads wait {0} for native locks, beside {1} in working system calls; parked threads left out':
    '线程等待原生锁 {0}，工作类系统调用为 {1}；不含休眠的线程',
  ', configured as one every {0} ms': '，配置为每 {0} ms 一次',
  "; the leader's ticker takes {0} of its CPU samples": '；Leader 的定时器占其 CPU 采样的 {0}',
  ', those of {0} rounds of reads a second left out': '，不含每秒 {0} 轮读确认所发的心跳',
  'the leader sent {0} heartbeats a second to each follower{1}{2}{3}':
    'Leader 每秒向每个 Follower 发送 {0} 次心跳{1}{2}{3}',
  'half of the commits waited longer than {0} until they were applied, {1} on average ({2} of a write): as behind an applier that looks every {3} or so instead of being told':
    '一半的提交等待应用超过 {0}，平均 {1}（占写的 {2}）：正如 applier 每隔约 {3} 轮询一次而不是被通知',

  // Why a reading has no value.
  'the trace has no working system call': '跟踪中没有工作类系统调用',
  'the reading {0} gave {1}': '读数 {0} 得到 {1}',
  'baseline.json does not exist': 'baseline.json 不存在',
  'the window has no length': '窗口没有长度',
  'none in {0} s only says that there are fewer than {1} an hour (95 %)':
    '{0} s 内没有，只能说明每小时少于 {1} 次（95 %）',
  'syncs are {0} of a write only': '刷盘只占写的 {0}',
  '{0} syncs are an anecdote': '{0} 次刷盘太少，不能说明问题',
  'the trace saw no sync': '跟踪中没有刷盘',
  'syncs are {0} of the time of working system calls only': '刷盘只占工作类系统调用时间的 {0}',
  'a sync carries {0} entries': '一次刷盘承载 {0} 个条目',
  'no write was in flight, or none was synced': '没有在途写，或没有写被刷盘',
  'a sync takes {0}: it is slow, not frequent': '一次刷盘耗时 {0}：是慢，而不是频繁',
  'a sync follows {0} writes': '每 {0} 次 write 才有一次刷盘',
  "the leader's main thread is on a CPU for {0} of the time only": 'Leader 主线程只有 {0} 的时间占用 CPU',
  'no sampled write knows which branch of its commit finished last':
    '没有采样到的写知道其提交的哪个分支最后完成',
  'the run compares no strategies at this level': '本次运行在此级别没有比较策略',
  'strategy {0} completed nothing': '策略 {0} 没有完成任何请求',
  'the baseline has no sync of 4 KiB by {0}': '基线中没有用 {0} 的 4 KiB 刷盘',
  'another clock takes more of a sync': '刷盘的大部分时间在另一段时钟中',
  'the leader has no lock, or nothing was in flight': 'Leader 没有锁，或没有在途请求',
  'the heartbeat of the cluster is not known': '集群的心跳间隔未知',
  'no collection was recorded': '没有记录到垃圾回收',
  'no turn of the loop was seen to hold it up': '没有看到阻塞事件循环的轮次',
  'a single node has no follower': '单节点没有 Follower',
  'the wait to be applied is {0} of a write only': '等待应用只占写的 {0}',
  'few commits wait long, and most hardly at all': '少数提交等待很久，大多数几乎不等待',
  'the CPU time of the nodes is not known': '节点的 CPU 时间未知',
  'the configuration of the cluster is not known': '集群的配置未知',

  // The verdict.
  '## Verdict': '## 执行摘要',
  '### Findings, by effect': '### 关键发现（按影响排序）',
  'no level of the sweep passed its audit': '扫描的所有级别都没有通过审核',
  '**No verdict on the levels, because {0}.**': '**对各级别不下结论，因为{0}。**',
  '{0}{1} at {2}': '{2}：{0}{1}',
  'What limits it was not measured.': '瓶颈未测量。',
  'At {0} the limit is {1}.': '在 {0}，瓶颈是 {1}。',
  "At {0} neither the machine nor the leader's main thread is full; {1}.":
    '在 {0}，机器与 Leader 主线程都未用满；{1}。',
  'At {0} it was not measured whether a CPU is the limit; {1}.': '在 {0}，CPU 是否为瓶颈未测量；{1}。',
  '**{0}. {1}{2}{3}**': '**{0}。{1}{2}{3}**',
  ' No conclusion at {0}: {1}.': '{0} 不下结论：{1}。',
  ' (too few requests for a p99)': '（请求太少，没有 p99）',
  ' with p99 {0}': '，p99 {0}',
  '{0} the rate of {1}': '{1} 的 {0}',
  'no difference from {0} is shown ({1})': '未显示出与 {0} 的差别（{1}）',
  'no cost of its syncs is shown against {0} ({1})': '与 {0} 相比未显示出刷盘的代价（{1}）',
  'Durability: {0} is the fastest strategy that acknowledges only after a sync: {1} at {2} clients; {3}.':
    '持久性：{0} 是刷盘后才确认的策略中最快的：{2} 个客户端时 {1}；{3}。',
  // How sure the run is of a rate.
  '{0} ({1})': '{0}（{1}）',
  '95 % interval of its median second: {0}': '每秒中位数的 95 % 区间：{0}',
  '{0}; {1}': '{0}；{1}',
  'another pass: {0}': '另一轮：{0}',
  '{0} other passes: {1}': '另外 {0} 轮：{1}',
  'no interval: one window of {0} s': '无区间：只有一个 {0} s 的窗口',
  '{0} to {1}': '{0} 至 {1}',
  'No rule fired, and no level has a counterpart in the document.':
    '没有规则触发，也没有级别与参考文档对应。',
  '**The history at point {0} is not linearizable**: {1}. Evidence: {2}.':
    '**测点 {0} 的历史不可线性化**：{1}。证据：{2}。',
  'no order explains it': '没有任何顺序能解释它',
  '**Acknowledged writes were lost under strategy {0}**: {1} at point {2}.':
    '**策略 {0} 下丢失了已确认的写**：测点 {2} 丢失 {1} 个。',
  '**A power cut broke a promise** at point {0}, {1}.': '测点 {0}，**断电破坏了承诺**：{1}。',
  'at most {0} of the {1}': '{1}至多有 {0} 受其影响',
  '{0} of {1}': '{1}的 {0}',
  ' At stake: {0}.': '{0}。',
  ' At stake: {0}, by the rate of an empty HTTP server here ({1}).':
    '{0}，以这台机器上空 HTTP 服务器的速率（{1}）为限。',
  '**{0}**, at {1}: {2}.{3}{4}': '**{0}**，在 {1}：{2}。{3}{4}',
  ' Do: {0}': '解决：{0}',
  ', p99 {0} against {1}': '，p99 {0} 对 {1}',
  "**{0}: the document's throughput lies within the spread of this run**: {1} against {2}{3}.":
    '**{0}：参考文档的吞吐量处于本次运行的离散范围内**：{1} 对 {2}{3}。',
  "**{0}: the document's throughput is not decidable on this machine**: {1} is more than the {2} of an empty HTTP server here with as many clients; measured {3}, {4} of that{5}.":
    '**{0}：参考文档的吞吐量在这台机器上无法判定**：{1} 高于这里空 HTTP 服务器在同样客户端数下的 {2}；实测 {3}，为后者的 {4}{5}。',
  "**{0}: {1} of the document's throughput** ({2} against {3}{4}; {5}; {6}).":
    '**{0}：为参考文档吞吐量的 {1}**（{2} 对 {3}{4}；{5}；{6}）。',
  '{0} at {1} clients': '{1} 个客户端时 {0}',
  'no difference shown at {0} clients ({1})': '{0} 个客户端时未显示出差别（{1}）',
  '**Sharing syncs (G) against one sync an entry (A), at the same durability**: {0}; {1}.{2}':
    '**共享刷盘（G）与每条目刷盘一次（A）对比，持久性相同**：{0}；{1}。{2}',
  ' The rate of A is overstated at {0} clients: the log of its leader fell behind (2.1).':
    '{0} 个客户端时 A 的速率偏高：其 Leader 的日志落后了（2.1）。',
  'KPIs of the document: {0} pass, {1} warn, {2} fail, {3} undecided, {4} not measured (section 7).':
    '参考文档的 KPI：{0} 项通过，{1} 项警告，{2} 项不通过，{3} 项未定，{4} 项未测量（第 7 节）。',

  // Advice.
  '## 4 Advice': '## 4 性能优化建议',
  'None: no level of this run passed its audit, so nothing is evidence.':
    '无：本次运行没有级别通过审核，因此没有任何证据。',
  'None of the {0} rules found its evidence in this run.': '{0} 条规则在本次运行中都没有找到证据。',
  "{0} of {1} rules found their evidence. The bound is Amdahl's: what is at stake if the cause vanished altogether, never a forecast. Where it would carry the throughput past that of an empty HTTP server with as many clients (machine baseline), it ends there. Bounds of different rules overlap and do not add up. P0: at least 20 % of latency, of CPU time or of the main thread's time at stake, or a rule that is always P0, as those of causes are; bytes written do not count, because no client waits for them. Causes come first.":
    '{1} 条规则中有 {0} 条找到了证据。上界是 Amdahl 上界：原因完全消失时至多涉及的部分，绝不是预测。若会使吞吐量超过同样客户端数下空 HTTP 服务器的吞吐量（机器基线），则以后者为限。不同规则的上界相互重叠，不能相加。P0：至少涉及 20 % 的延迟、CPU 时间或主线程时间，或规则本身始终为 P0（原因类规则即如此）；写入字节数不计，因为没有客户端等待它。原因排在最前。',
  Priority: '优先级',
  Advice: '建议',
  'Saves at most': '至多节省',
  'rules of `analysis/rules`, over `points/*`': '`analysis/rules` 的规则，基于 `points/*`',
  'no bound': '无上界',
  '- Evidence at {0}: {1}.': '- 证据（{0}）：{1}。',
  '- Do: {0}': '- 解决：{0}',
  '- Bound: {0}': '- 上界：{0}',
  '- Again: {0}': '- 重现：{0}',
  'none that this run could give.': '本次运行给不出。',
  'removing it altogether saves at most {0} of the {1}': '完全消除它，{1}至多减少 {0}',
  '{0}, so throughput grows to at most {1}': '{0}，因此吞吐量至多增至 {1}',
  "{0}: Amdahl's law alone would allow {1}, but an empty HTTP server answers no more than {2} here with as many clients.":
    '{0}：仅按 Amdahl 定律可达 {1}，但这里空 HTTP 服务器在同样客户端数下也只能应答 {2}。',
  '{0}; nothing follows for the throughput, because it is nearly all of it.':
    '{0}；对吞吐量得不出结论，因为它几乎占了全部。',
  '{0}; nothing follows for the throughput, because the thread wants a CPU for {1} of the time only.':
    '{0}；对吞吐量得不出结论，因为该线程只有 {1} 的时间需要 CPU。',

  // KPIs and commands.
  '## 7 KPIs and commands': '## 7 监控与验证：KPI 与命令',
  '### 7.1 KPIs': '### 7.1 关键性能指标（KPI）',
  '{0} The result is the worst level that has a value.': '{0}结果取有值的级别中最差的一个。',
  "Thresholds are the document's.": '阈值取自参考文档。',
  "Thresholds are the document's with the changes of {0}, in the advice too; other than ours: {1}.":
    '阈值取自参考文档并应用了 {0} 的修改，建议亦然；与默认不同的规则：{1}。',
  '### 7.2 Which number each KPI is': '### 7.2 每个 KPI 是哪个数字',
  '### 7.3 Commands': '### 7.3 命令',
  KPI: 'KPI',
  Threshold: '阈值',
  '✅ pass': '✅ 通过',
  '⚠️ warn': '⚠️ 警告',
  '❌ fail': '❌ 不通过',
  '❔ undecided': '❔ 未定',
  '{0} (machine)': '{0}（机器）',
  'the run has no level': '本次运行没有级别',
  'flamegraph of all threads, by hand': '全部线程的火焰图，手工执行',
  'hottest functions as they run, by hand': '实时查看热点函数，手工执行',
  '`–`: this number comes from a profile, and this level was not profiled.':
    '`–`：该数字来自采样，而此级别没有采样。',
  '{0}, undecided: {1}.': '{0}，未定：{1}。',
  'A level that failed its audit is shown and judges nothing.': '未通过审核的级别只显示，不作判断。',
  '- **{0}** ({1}): {2}.': '- **{0}**（{1}）：{2}。',
  'To see again': '重现内容',
  Command: '命令',
  'the whole run': '整个运行',
  'this report from its files': '从文件重新生成本报告',
  'the levels alone (section 1)': '仅各级别（第 1 节）',
  'strategies (2.1)': '策略（2.1）',
  'system calls (2.3)': '系统调用（2.3）',
  'the same by hand, on a running node': '同上，在运行中的节点上手工执行',
  'CPU by layer, flamegraphs (3.2)': '按层的 CPU 与火焰图（3.2）',
  'one sync in four clocks (2.2)': '一次刷盘的四段时钟（2.2）',
  'all threads and the kernel (3.2)': '全部线程与内核（3.2）',
  'locks and their holders (3.3)': '锁及其持有者（3.3）',
  'garbage collection': '垃圾回收',
  'who allocates': '谁在分配内存',
  'event loop: delay and stalls': '事件循环：延迟与停顿',
  "libuv's thread pool": 'libuv 线程池',
  'what the kernel counts': '内核的计数',
  'what the kernel times': '内核的计时',
  'kernel and thread pool stacks, by hand': '内核与线程池的调用栈，手工执行',
  'lock waits by thread, by hand': '按线程的锁等待，手工执行',
  'syncs one by one, by hand': '逐次刷盘，手工执行',
  'disk, network and threads beside it': '同时观察磁盘、网络与线程',
  'ledgers of a running node (2.2, 3.3, 3.4)': '运行中节点的账目（2.2、3.3、3.4）',
  'what this machine can capture': '这台机器能采集什么',
};
