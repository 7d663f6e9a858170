import type { Catalogue } from '../catalogue.js';

/** `strata compare`: the page for a terminal, the comment on a pull request, the history. */
export const COMPARE: Catalogue = {
  // Metrics.
  throughput: '吞吐量',
  p50: 'p50',
  p99: 'p99',
  'mean latency': '平均延迟',
  'CPU per request': '每请求 CPU',
  'fsync mean': 'fsync 平均耗时',
  'entries per fsync': '每次 fsync 条目数',

  // Heads and verdicts of the tables.
  level: '级别',
  metric: '指标',
  base: '基线',
  contender: '候选',
  change: '变化',
  shift: '位移',
  noise: '噪声',
  detectable: '可检出',
  verdict: '结论',
  differs: '不同项',
  before: '之前',
  after: '之后',
  time: '时间',
  'began with': '始于',
  better: '变好',
  worse: '变差',
  changed: '有变化',
  regression: '退化',
  'from 0': '从 0 起',

  // What was compared.
  'base       {0}\ncontender  {1}': '基线  {0}\n候选  {1}',
  '1 run of {0}, {1}': '{0} 的 1 次运行，{1}',
  '{0} runs of {1}, {2} to {3}': '{1} 的 {0} 次运行，{2} 至 {3}',
  '{0} and {1} runs': '{0} 次与 {1} 次运行',

  // The verdict.
  'Not comparable: the runs differ in {0} ways that decide what is measured.':
    '不可比较：这些运行有 {0} 处不同，而这些不同决定了测到的是什么。',
  'Nothing can be said: no row could be judged.': '无法得出结论：没有一行可以判定。',
  '~ Nothing can be said: with {0} no difference could be told in {1} rows, whatever its size. It takes at least {2} runs on each side, or fewer rows (--metrics).':
    '~ 无法得出结论：{0}、{1} 行，无论差异多大都无法辨别。每一侧至少需要 {2} 次运行，或减少行数（--metrics）。',
  'Worse by more than {0}: {1}.': '变差超过 {0}：{1}。',
  'Worse, by no more than {0}: {1}.': '变差，但不超过 {0}：{1}。',
  'Better: {0}. Nothing is worse.': '变好：{0}。没有任何一项变差。',
  'Changed, neither better nor worse: {0}.': '有变化，但谈不上变好或变差：{0}。',
  '~ No difference can be told with {0} in {1} rows.': '~ {0}、{1} 行，看不出差异。',
  '{0} at {1} {2} (p {3})': '{1} 级别的{0} {2}（p {3}）',
  'and {0} more': '另有 {0} 项',
  'A change of {0} by {1} would have been found at every level.': '若{0}变化 {1}，在每个级别都会被检出。',
  'Repeat each side at least {0} times: `{1}`. How many it takes for {2} is known once there are two runs of a side.':
    '每一侧至少重复 {0} 次：`{1}`。要检出 {2} 需要多少次，待一侧有两次运行后即可得知。',
  'To find a change of {0} in every row, {1} at {2} takes {3} runs on each side: `{4}`.':
    '要在每一行都检出 {0} 的变化，{2} 级别的{1}每一侧需要 {3} 次运行：`{4}`。',
  'too few runs for any difference to be told': '运行次数太少，任何差异都无法辨别',
  'not told from chance': '与偶然无法区分',
  'smaller than the noise of repeats': '小于重复运行的噪声',

  // What stands against it.
  'Compared all the same (--force), although these differ:': '尽管以下各项不同，仍进行了比较（--force）：',
  'These differ; --force compares all the same:': '以下各项不同；用 --force 可强制比较：',
  '{0} is not judged: {1}.': '{0} 不作判定：{1}。',
  '{0} at {1} is missing in some run: {2}.': '某次运行缺少 {1} 级别的{0}：{2}。',
  'The noise floor of {0} rows is not known: it takes four runs of one side.':
    '{0} 行的噪声下限未知：需要一侧有四次运行。',
  'Defaults of the nodes changed between the commits and are part of what is compared: {0}.':
    '两个提交之间节点的默认值有变化，它们属于比较的内容：{0}。',
  'One side holds runs of several commits: {0}. What differs between them counts as noise.':
    '一侧包含多个提交的运行：{0}。它们之间的差异计入噪声。',
  'All runs of one side ended before the first of the other began, so a drift of the machine in between would look like a change: `strata repeat` takes both in turns.':
    '一侧的全部运行在另一侧的首次运行开始之前就已结束，其间机器状态的漂移看起来会像变化：`strata repeat` 让两侧轮流运行。',
  'only one side has this point': '只有一侧有这个测点',
  'no request ended in run {0}': '运行 {0} 中没有任何请求结束',
  '{0} of the requests of run {1} failed (limit {2})': '运行 {1} 有 {0} 的请求失败（上限 {2}）',
  "the load generator's own audit of run {0} is suspect: {1}": '运行 {0} 的负载发生器自检可疑：{1}',
  'fewer than ten requests lie above {0}': '高于 {0} 的请求不足十个',
  'no node window was written': '没有写出任何节点窗口',
  'no request was answered': '没有请求得到应答',
  '{0} nodes led at the end of the window': '窗口结束时有 {0} 个节点担任 leader',
  'A comparison takes at least one run on either side': '比较的每一侧至少要有一次运行',
  'The run {0} is named twice': '运行 {0} 被列出了两次',
  'The run {0} stands on both sides: a run is not compared with itself':
    '运行 {0} 同时出现在两侧：运行不与自身比较',

  // The comment.
  Performance: '性能',
  'All rows, and how they were judged': '所有行，以及判定方法',
  'Geometric mean over the levels:': '各级别的几何平均：',
  'geometric mean over {0} levels: {1} {2}{3}': '{0} 个级别的几何平均：{1} {2}{3}',
  "One value a run. ± is the interval of the median from order statistics, the change has a BCa bootstrap interval over runs, p is Mann–Whitney's, adjusted for all rows after Holm; a change has p ≤ {0} and is larger than the noise floor of the repeats, a regression is also larger than {1}. Detectable: found in {2} of the cases.":
    '每次运行取一个值。± 为由次序统计量得到的中位数区间，变化附有按运行重抽样的 BCa 自助法区间，p 来自 Mann–Whitney 检验，并按 Holm 方法对所有行校正；变化须满足 p ≤ {0} 且大于重复运行的噪声下限，退化还须大于 {1}。可检出：在 {2} 的情形中会被发现。',

  // The history.
  '~ Nothing can be said: {0} runs are too few for a change point.':
    '~ 无法得出结论：{0} 次运行不足以判断变化点。',
  '~ No change in {0} runs of {1} series.': '~ {1} 个序列、{0} 次运行，没有变化。',
  '{0} change points in {1} runs of {2} series; in {3} series the last one was for the worse.':
    '{2} 个序列、{1} 次运行中有 {0} 个变化点；其中 {3} 个序列的最后一次变化是变差。',
  'Left out, because their load failed its own audit: {0}.': '因负载未通过自身审计而未计入：{0}。',
  '{0} at {1} is too noisy for {2}: not even {3} runs on each side would find it. Judge other rows (--metrics), or a larger change (--threshold).':
    '{1} 的{0}噪声太大，无法检出 {2}：每侧 {3} 次运行也不够。请评判其他行（--metrics），或更大的变化（--threshold）。',
  '{0} runs of another machine, configuration or workload than the newest are left out.':
    '有 {0} 次运行的机器、配置或负载与最新一次不同，未计入。',
};
