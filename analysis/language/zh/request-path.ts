import type { Catalogue } from '../catalogue.js';

/** Consensus with its elections, the request budget and the critical path. */
export const REQUEST_PATH: Catalogue = {
  // 3 Consensus.
  '## 3 Consensus': '## 3 共识层',
  '### 3.1 Leader and follower': '### 3.1 Leader 与 Follower',
  '### 3.2 CPU by layer and hot functions': '### 3.2 各层 CPU 与热点函数',
  '#### Every thread, and the kernel': '#### 所有线程与内核',
  '### 3.3 Waits, apart from work': '### 3.3 等待，与工作分开统计',
  'No mutex guards the state: one event loop owns it, so what the document calls lock contention is here a wait in one of these queues, or in one of the few asynchronous locks further down. The queues use no CPU; a garbage collection does, and everything else waits for it.':
    '状态没有互斥锁保护：它由单个事件循环独占，因此参考文档所说的锁竞争，在这里表现为在下列某个队列中的等待，或在更下方少数几个异步锁上的等待。排队不占用 CPU；垃圾回收占用，并且其他一切都要等它。',
  '### 3.4 Commits, heartbeats, elections, applier': '### 3.4 提交、心跳、选举、applier',
  '### 3.5 Elections and missed heartbeats': '### 3.5 选举与丢失的心跳',
  'Main thread, one sample every {0}, in a pass of its own by `{1}`{2} at {3}. Shares are of the samples on the CPU; idle is in a column of its own. A sample belongs to the layer whose code asked for it.':
    '主线程，每 {0} 采样一次，由 `{1}` 在单独一轮中采集{2}，级别为 {3}。占比以 CPU 上的样本为分母；空闲单列一栏。样本归属于发起该调用的那一层代码。',
  'CPU of leader and follower by layer': 'Leader 与 Follower 各层的 CPU',
  '{0} {1} at {2}, CPU by layer ({3})': '{0} {1}，{2}，各层 CPU（{3}）',
  '**{0} {1}, {2}, by `{3}`**': '**{0} {1}，{2}，由 `{3}` 采集**',
  'idle (of all samples)': '空闲（占全部样本）',
  'Main thread by layer, {0}': '主线程各层占比，{0}',
  'share of all samples': '占全部样本的比例',
  'the profile holds no sample on the CPU': '采样结果中没有 CPU 上的样本',
  '⚠️ {0} of the CPU samples belong to no layer (limit {1}): read the shares of this node with care.':
    '⚠️ {0} 的 CPU 样本不属于任何层（上限 {1}）：解读该节点的占比时需谨慎。',

  // 3.5 Elections.
  'the nodes of an external cluster may run on several machines, whose clocks differ':
    '外部集群的节点可能运行在多台机器上，其时钟各不相同',
  'Every node keeps a journal of its life; here the journals of all nodes are joined by their one clock, over {0}. A cause is something on one of the two nodes concerned, or between them, that happened while nothing was heard; causes are ranked by the time of that silence which they cover. Heartbeats wait neither for the disk nor for a snapshot: what is said of those only coincides.':
    '每个节点都记录自己的运行日志；这里按共同的时钟把所有节点的日志合并，范围为{0}。原因是指在听不到对方期间、发生在相关两个节点之一或两者之间的事件；各原因按其覆盖该静默的时长排序。心跳既不等磁盘也不等快照：关于这两者的记述只表示时间上重合。',
  'None in the measured windows: no election, and no follower that heard nothing of its leader for longer than two heartbeats.':
    '测量窗口内没有：没有选举，也没有任何 Follower 超过两个心跳周期听不到 Leader。',
  elections: '次选举',
  silences: '次静默',
  'the measured window': '测量窗口',
  '{0} measured windows': '{0} 个测量窗口',
  'the {0}': '{0}',
  '{0} of the {1}': '{1}中的 {0} 个',
  Term: '任期',
  Stood: '参选',
  Won: '当选',
  Why: '原因',
  'Nobody led for': '无 Leader 时长',
  nobody: '无',
  'node {0}': '节点 {0}',
  'nobody won before the journals end': '到日志结束时仍无人当选',
  'the lead was handed over': '领导权被移交',
  'nobody won term {0}': '任期 {0} 无人当选',
  'no leader was known': '不知道 Leader 是谁',
  Follower: 'Follower',
  Leader: 'Leader',
  Silences: '静默次数',
  explained: '可解释',
  'Most often': '最常见原因',
  'nothing recorded explains it': '没有任何记录能够解释',
  'node {0} {1}': '节点 {0} {1}',
  'was gone': '已消失',
  'had stepped down': '已卸任',
  'did not run': '未获运行',
  'wanted for CPU': '缺少 CPU',
  'was busy': '繁忙',
  'came late': '迟到',
  'lost the link': '失去连接',
  'collected garbage': '在回收垃圾',
  'waited for its disk': '在等待磁盘',
  'had a snapshot': '在处理快照',
  '- … and {0} {1} more.': '- …… 另有 {0} {1}。',
  '{0}: {1} of {2} journals are missing: {3}': '{0}：{2} 份日志中缺 {1} 份：{3}',
  '{0}: the oldest events of {1} were overwritten before they were read':
    '{0}：{1} 最早的事件在读取之前已被覆盖',
  '_Not everything was recorded. {0}._': '_记录不完整。{0}。_',
  'no journal of a node was written': '没有写出任何节点的日志',
  'no journal of a node could be read: {0}': '读不到任何节点的日志：{0}',
  'the run does not say why': '本次运行没有说明原因',

  // Request budget.
  '## Request budget: layer → stage → function': '## 请求耗时分解：层 → 阶段 → 函数',
  'Every sampled request carries stamps of one monotonic clock; stages are their differences, so that no time counts twice. `commit = max(persist, replicate)`: a request pays for the branch that finished last, the other one cost it nothing.':
    '每个被采样的请求都带有同一单调时钟的时间戳；各阶段是时间戳之差，因此没有时间被重复计算。`commit = max(persist, replicate)`：请求只为最后完成的分支付出时间，另一分支不增加耗时。',
  'fewer than 200 requests were sampled': '采样的请求不足 200 个',
  '### {0}: a write': '### {0}：一次写入',
  '### {0}: a read': '### {0}：一次读取',
  'Mean write by layer and level': '各级别平均写入的分层耗时',
  'Mean write as a waterfall, {0}': '平均写入的瀑布图，{0}',
  'Mean read as a waterfall, {0}': '平均读取的瀑布图，{0}',
  ' {0} samples with stamps that do not ascend were left out.': '时间戳不递增的 {0} 个样本已剔除。',
  " In {0} samples the peer's own durations could not be cut out of the replicate branch.":
    '有 {0} 个样本无法从 replicate 分支中分离出对端自身的耗时。',
  '; the samples do not stand for all requests of the window': '；样本不能代表窗口内的全部请求',
  '{0} Client mean {1} (`{2}`), mean of the {3} sampled requests {4}, sum of the mean stages {5}: **residual {6}, {7}** (limit {8}{9}).{10}{11}':
    '{0} 客户端均值 {1}（`{2}`），{3} 个采样请求的均值 {4}，各阶段均值之和 {5}：**残差 {6}，{7}**（上限 {8}{9}）。{10}{11}',
  'slowest 1 %': '最慢的 1 %',
  'slowest 1 % (≥ {0})': '最慢的 1 %（≥ {0}）',
  Stage: '阶段',
  Between: '区间',
  '`points/{0}/stages.json`; mean over all samples: a sample that did not run through a stage counts as zero':
    '`points/{0}/stages.json`；均值覆盖全部样本：未经过某阶段的样本按零计',
  '**sum**': '**合计**',
  'intended start → done': '计划发起 → 完成',
  'The slowest 1 % ({0} samples) take {1} longer than the mean; most of it: {2}.':
    '最慢的 1 %（{0} 个样本）比均值多耗时 {1}；主要来自：{2}。',
  'Commit = max(persist, replicate)': '提交 = max(persist, replicate)',
  'persist finished last (own disk decides)': 'persist 最后完成（由自身磁盘决定）',
  'replicate finished last (peers decide)': 'replicate 最后完成（由对等节点决定）',
  'slack of the branch that was done first, mean': '先完成分支的平均余量',
  'no sample has both branches': '没有样本同时具有两个分支',
  'no peer closed the quorum': '没有对等节点凑齐多数派',
  'peer {0} closed the quorum': '对等节点 {0} 凑齐多数派',
  'Mean write, {0}': '平均写入，{0}',
  'Mean read, {0}': '平均读取，{0}',
  'time from the intended start': '自计划发起时刻起的时间',
  'Mean write by layer': '平均写入的分层耗时',
  'share of the mean write': '占平均写入的比例',
  'Its three hottest functions on the leader (self share of CPU)':
    'Leader 上该层最热的三个热点函数（自身 CPU 占比）',
  '### Functions, {0}': '### 函数，{0}',

  // Critical path.
  'own disk finished last': '自身磁盘最后完成',
  'followers finished last': 'Follower 最后完成',
  '**Critical path, by the branch of commit that finished last**': '**关键路径，按最后完成的提交分支划分**',
  '{0} ({1})': '{0}（{1}）',
  '`points/{0}/stages.json`; each column sums to the latency that the client measured for these requests':
    '`points/{0}/stages.json`；每列之和等于客户端对这些请求测得的延迟',
  '**sum = client latency**': '**合计 = 客户端延迟**',
  'Mean write, {0}, {1}': '平均写入，{0}，{1}',
  'Slowest traced write, {0}': '被追踪的最慢写入，{0}',
  'The slowest traced write (trace {0}) took {1}': '被追踪的最慢写入（trace {0}）耗时 {1}',
  ', {0} of it in {1}': '，其中 {0} 在“{1}”阶段',
  ". The leader's own disk finished last": '。Leader 自身的磁盘最后完成',
  '. The followers finished last': '。Follower 最后完成',
  ', node {0} closed the quorum': '，节点 {0} 凑齐多数派',
  ', the other branch was done {0} earlier': '，另一分支早 {0} 完成',
  'time from the intended start; pale: ran beside the path and cost nothing':
    '自计划发起时刻起的时间；浅色：在路径之外并行，不增加耗时',
  proposed: '已提议',
  committed: '已提交',
};
