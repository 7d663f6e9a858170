import type { Catalogue } from '../catalogue.js';

/** Waits, locks and system calls. */
export const WAITS: Catalogue = {
  'By layer: {0}': '按层：{0}',
  Descriptor: '描述符',
  calls: '次数',
  errors: '错误',
  'mean per call': '每次均值',
  seconds: '秒',
  '% of working time': '占工作时间 %',
  '{0}, byDescriptor; a call belongs to the folder of the server that owns its descriptor':
    '{0}，byDescriptor；调用归属于拥有该描述符的服务端目录',
  '⚠️ {0} of the working time belongs to no layer (limit {1}): read the shares of this node with care.':
    '⚠️ {0} 的工作时间不属于任何一层（上限 {1}）：该节点的占比须谨慎解读。',
  'Unattributed: {0} of the working time (limit {1}).': '未归属：工作时间的 {0}（上限 {1}）。',
  'Lock waits inside futex: {0}': 'futex 中的锁等待：{0}',
  'no tracer told parked threads of this node from those that wait for a lock':
    '没有追踪器能区分该节点的待命线程与等锁线程',
  'Futex by thread': 'futex（按线程）',
  parked: '待命',
  'lock waits': '锁等待',
  'mean wait': '平均等待',
  'waited, of the window': '等待占窗口',
  '{0}, futex; parked: a thread of a pool that waits for work, which is no lock':
    '{0}，futex；待命：线程池中等待任务的线程，不算等锁',
  'no wait': '无等待',
  'Futex: no thread waited in it.': 'futex：没有线程在其中等待。',
  '{0}, locks of the leader': '{0}，Leader 的锁',
  'Held by': '持有者',
  'holds waited for': '被等待的持有次数',
  'made others wait': '让他人等待',
  'of the waits of this lock': '占该锁等待',
  'Who waited most': '等待最久者',
  '{0}; a wait is charged to the holder once for every waiter': '{0}；每个等待者的等待都计入持有者一次',
  'No holder of a lock made anybody wait in the window.': '测量窗口内没有锁的持有者让他人等待。',
  acquired: '获取次数',
  contended: '发生竞争',
  'longest wait': '最长等待',
  'hold, mean': '持有均值',
  'longest hold': '最长持有',
  'hand-off, mean': '交接均值',
  'waiters at most': '最多等待者',
  'lost by all waiters': '所有等待者损失',
  '{0}; holds and hand-offs are timed only where somebody waited; longest and most are those since the start of the node':
    '{0}；持有与交接只在有人等待时计时；最长与最多为节点启动以来的值',
  'No lock of the node was taken in the window.': '测量窗口内节点没有获取任何锁。',
  'Not taken in the window: {0}.': '测量窗口内未获取：{0}。',
  '`Atomics.wait`: no thread of the leader called it.': '`Atomics.wait`：Leader 没有线程调用。',
  '`Atomics.wait` called at': '调用 `Atomics.wait` 的位置',
  waited: '等待时长',
  '`points/{0}/passes/{1}/*.json`, atomics of the leader':
    '`points/{0}/passes/{1}/*.json`，Leader 的 atomics',
  '`Atomics.wait`: {0} waits, {1} in all, callers not known.':
    '`Atomics.wait`：{0} 次等待，共 {1}，调用者未知。',
  '#### Who waits: the leader at {0}, by layer': '#### 谁在等待：{0}下的 Leader，按层',
  'Each wait counts once for every waiter: a hold of 10 ms before 100 waiters costs 1 s. 1 s/s means that at any time one of them stands there. Views overlap (a task in the pool queue is part of a sync, a sync part of a lock held over it): the rows are not to be added up. In batch wait and fsync only those count whose commit the own disk decided: the followers answered for the others.':
    '每个等待者的等待各计一次：在 100 个等待者面前持有 10 ms 的代价是 1 s。1 s/s 表示任何时刻都有一个停在那里。各视角互有重叠（线程池排队是刷盘的一部分，刷盘又是持锁时间的一部分）：各行不能相加。批次等待与 fsync 两行只计入由自身磁盘决定提交的写入：其余由 Follower 决定，无需等待自身磁盘。',
  '#### Who makes them wait': '#### 谁让它们等待',
  Wait: '等待',
  'waiters each': '每次等待者数',
  'Seen by': '观测来源',
  '`points/{0}/nodes/*.json` of the leader; probes: `points/{1}/passes/*/node-*.json`':
    'Leader 的 `points/{0}/nodes/*.json`；探针：`points/{1}/passes/*/node-*.json`',
  'measured pass': '测量轮',
  "Most is lost in **{0}** ({1}): on average {2} stand there, of {3} requests in flight (Little's law).":
    '损失最多的是 **{0}**（{1}）：平均有 {2} 个停在那里，在途请求共 {3} 个（Little 定律）。',
  locks: '锁',
  'event loop by a sampler': '事件循环（采样）',
  'native locks (futex)': '原生锁（futex）',
  'the node reported no metric `network_*_stalls_total`': '节点没有报告指标 `network_*_stalls_total`',
  '- sockets that could take no more: {0}': '- 写满的套接字：{0}',
  'Not in this table:': '本表未包含：',
  'the tracer did not tell parked threads from those that wait for a lock': '追踪器不区分待命线程与等锁线程',
  '`{0}` could not see it in this process': '`{0}` 无法在该进程中观测到',
  '{0} Tracing stops the process at every call: neither the rates nor the times per call are those of an untraced process, and what is called often looks expensive. Waiting calls (futex, epoll) are shown, and left out of the last share.':
    '{0}追踪会在每次调用时停住进程：速率和单次调用的耗时都不是未被追踪的进程的，调用次数多的项会显得昂贵。等待类调用（futex、epoll）列在表中，但不计入最后一列占比。',
  '% time': '% 时间',
  'usecs/call': 'µs/次',
  syscall: '系统调用',
  'normal: nothing is beyond its alert': '正常：没有任何一项越过告警线',
  'too many writes to the log: their share of the working time is beyond its alert':
    '写日志过多：其占工作时间的比例越过告警线',
  ", by shares that are mostly the tracer's own": '（所依据的占比主要是追踪器自身的开销）',
  ', alert {0} {1}': '，告警 {0} {1}',
  "the document's abnormal shape 2: the disk is slow": '参考文档的异常情况 2：磁盘慢',
  "the document's abnormal shape 1: syncs take most of the working time":
    '参考文档的异常情况 1：刷盘占去大部分工作时间',
  '{0} of the working time ({1}; document {2}{3})': '{0}（{1}；参考文档 {2}{3}）',
  '{0} (document {1}{2})': '{0}（参考文档 {1}{2}）',
  "Shape: **{0}**{1}. Sync {2}, writes to the log {3}, all writes {4}, {5} (document 25:1). The document's shares are those of its healthy table without futex, as ours are; with it they are {6} and {7}.":
    '形态：**{0}**{1}。刷盘占工作时间 {2}，写日志占 {3}，全部 write 占 {4}，{5}（参考文档 25:1）。参考文档的比例取自其正常表，与我们一样不含 futex；含 futex 时为 {6} 与 {7}。',
  'not measured, because {0}': '未测量，因为{0}',
  '{0} (no row of its own in the document{1})': '{0}（参考文档没有单独一行{1}）',
  'write : fsync of the log {0}:1': '日志的 write : fsync 为 {0}:1',
  'write : fsync over all descriptors {0}, sockets among them, because {1}':
    '所有描述符（含套接字）的 write : fsync 为 {0}，因为{1}',
  'Wait (leader)': '等待（Leader）',
  '{0}: mean · p99 (count)': '{0}：均值 · p99（次数）',
  '`points/*/nodes/*.json`, histograms of the leader': '`points/*/nodes/*.json`，Leader 的直方图',
  "Ready to run but without a CPU, the leader's main thread: {0} of the window (`/proc/<pid>/task/*/schedstat`).":
    'Leader 主线程可以运行但没有 CPU 的时间，占窗口：{0}（`/proc/<pid>/task/*/schedstat`）。',
};
