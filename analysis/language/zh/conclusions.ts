import type { Catalogue } from '../catalogue.js';

/** The last sections: beside the document, capacity, what was not measured. */
export const CONCLUSIONS: Catalogue = {
  // 5 Overall, 6 Capacity.
  '## 5 Overall, beside the document': '## 5 综合性能评估：与参考文档对照',
  'The document estimated; this run measured, on one machine and one load. "Reached" and "not reached" hold for this machine only; "within the spread": what this run measured lies on both sides of it.':
    '参考文档是估计；本次运行是实测，只针对一台机器、一种负载。“达到”与“未达到”仅对这台机器成立；“处于离散范围内”表示本次运行的测量值落在其两侧。',
  '## 6 Capacity prediction': '## 6 综合性能预测',
  'Ours / document': '实测 / 参考文档',
  'the run holds no point': '本次运行没有任何测点',
  throughput: '吞吐量',
  'strategy {0}, {1} clients': '策略 {0}，{1} 个客户端',
  '{0} of its upper end': '其上限的 {0}',
  '100 to 1,000': '100 至 1,000',
  '10,000 to 50,000': '10,000 至 50,000',
  '50,000 to 200,000': '50,000 至 200,000',
  'write() : fsync of the leader': 'Leader 的 write() : fsync',
  '25:1, at least 10:1': '25:1，至少 10:1',
  'log entries : fsync of the leader, shared before the write': 'Leader 的日志条目 : fsync，写入前合并',
  'at least 10:1, in its terms': '至少 10:1，按其口径',
  'mean fsync of the leader': 'Leader 的平均 fsync 耗时',
  'CPU leader / follower': 'CPU：Leader / Follower',
  '1.5 to 2x': '1.5 至 2x',
  'bytes to and from peers, leader / follower': '与对等节点往来的字节：Leader / Follower',
  reached: '达到',
  'not reached': '未达到',
  'within the spread': '处于离散范围内',
  inside: '区间内',
  above: '高于区间',
  below: '低于区间',
  measured: '已测量',
  'suspect, not judged': '可疑，不作评判',
  "The document's before/after tables (coroutines, dynamic buffer, connection pool: R5) compare two builds; they are experiments with arms of their own (N1, N3, N5), and no sweep can fill them.":
    '参考文档的改进前后对照表（协程化、动态 Buffer、连接池：R5）比较的是两个版本；它们是各有实验组的独立实验（N1、N3、N5），任何分级压测都无法填写。',

  // 8 Not measured.
  '## 8 Not measured, because': '## 8 未测量的内容及原因',
  'Nothing of what this kind of run can measure is missing.': '此类运行所能测量的内容无一缺失。',
  '### What watching cost': '### 观测的代价',
  '### Claims of the document that are experiments of their own': '### 参考文档中需要单独实验的论断',
  'Each compares two or more arms, run in turns; a sweep has one arm and settles none of them.':
    '每条论断都要比较两个或更多交替运行的实验组；分级压测只有一个组，无法对其中任何一条下结论。',
  Because: '原因',
  'To change that': '补测方法',
  '`run.json`, notMeasured and capabilities; presence of files':
    '`run.json`，notMeasured 与 capabilities；文件是否存在',
  '{0} at point {1}': '{0}，测点 {1}',
  'machine baseline': '机器基线',
  'request budget of {0}': '{0} 的请求耗时分解',
  '`points/{0}/stages.json` does not exist': '`points/{0}/stages.json` 不存在',
  'node windows of {0}': '{0} 的节点窗口',
  '`points/{0}/nodes` holds no file': '`points/{0}/nodes` 中没有文件',
  linearizability: '线性一致性',
  'this run recorded no history': '本次运行没有记录操作历史',
  'durability strategies': '刷盘策略',
  'this run compares none': '本次运行没有比较',
  'Why not here': '为何不在此处',
  'list of claims': '论断清单',
  '; {0}': '；{0}',
  'an experiment of its own, not part of a sweep{0}': '单独的实验，不属于分级压测{0}',
};
