import type { Catalogue } from '../catalogue.js';

/** Capacity and sketches of the layers. */
export const CAPACITY: Catalogue = {
  'socket → event loop': 'socket → 事件循环',
  'event loop → socket → client': '事件循环 → socket → 客户端',
  'consensus, log and state: sections 2 and 3': '共识、日志与状态机：见第 2、3 部分',
  'an append of the core': '共识核心的一次追加',
  'server/io/, libuv pool → kernel → device': 'server/io/，libuv 线程池 → 内核 → 设备',
  'the same on each follower, as it reported:': '各 follower 上同样的步骤，由其自己上报：',
  'appended to the own log (section 2), and at the same time:': '追加到自己的日志（第 2 部分），同时：',
  'committed by the majority: server/consensus/': '多数派提交：server/consensus/',
  'Without numbers: the stages of a write were not measured in this run.':
    '没有数字：本次运行未测量写请求的各阶段。',
  'Mean of each step in a write of {0}, at {1}. The steps of a commit count in those writes for which their branch, the own disk or the followers, finished last.':
    '一次写请求（{0}）中每一步的平均耗时，{1}。提交阶段的步骤只计入其分支（自己的磁盘或 follower）最后完成的写请求。',
  'the run has 1 sound level: the Universal Scalability Law has three parameters, and through fewer than {0} points it fits anything':
    '本次运行只有 1 个可信的并发级别：通用可扩展性定律（USL）有三个参数，少于 {0} 个点时什么都能拟合',
  'the run has {0} sound levels: the Universal Scalability Law has three parameters, and through fewer than {1} points it fits anything':
    '本次运行只有 {0} 个可信的并发级别：通用可扩展性定律（USL）有三个参数，少于 {1} 个点时什么都能拟合',
  "Not predicted, because {0}. {1} gives enough. The document's own predictions (80,000 to 500,000 QPS) rest on no measurement.":
    '不做预测，因为{0}。{1} 可得到足够的点。文档自己的预测（80,000 至 500,000 QPS）没有任何测量依据。',
  Clients: '客户端数',
  Measured: '实测',
  'Universal Scalability Law': '通用可扩展性定律',
  Difference: '差异',
  'Mean latency, predicted': '平均延迟（预测）',
  "{0}, fit of X(N) = λN / (1 + σ(N−1) + κN(N−1)) by least squares; latency N / X(N) by Little's law":
    '{0}，以最小二乘拟合 X(N) = λN / (1 + σ(N−1) + κN(N−1))；延迟 N / X(N) 依利特尔法则',
  Coefficient: '系数',
  'What it is': '含义',
  Value: '值',
  '{0} interval': '{0} 区间',
  'profile of the sum of squares (Bates and Watts, 1988)': '残差平方和的轮廓（Bates 与 Watts，1988）',
  '{0} to {1}': '{0} 至 {1}',
  'one client alone': '单个客户端',
  'contention: what cannot run side by side': '争用：不能并行的部分',
  'coherency: the cost of every pair': '一致性开销：每一对之间的代价',
  'R² = {0}; {1}.': 'R² = {0}；{1}。',
  'Too few levels to leave one out.': '级别太少，无法做留一检验。',
  'Predicted from all others, a level comes out {0} off on average.':
    '用其余级别预测某一级别，平均偏差 {0}。',
  'Where generator and nodes share the CPUs of one machine, σ measures that sharing too.':
    '负载发生器与节点共用同一台机器的 CPU 时，σ 也包含这种共用。',
  'it levels off without a peak': '曲线趋于平稳，没有峰值',
  'it peaks at {0} clients with {1}': '峰值在 {0} 个客户端处，为 {1}',
  '{0} (⚠️ outside the measured range: read it as "no peak seen")': '{0}（⚠️ 超出测量范围：应读作“未见峰值”）',
  'No scenario is judged, because the run has no sound level.':
    '不评判任何场景，因为本次运行没有可信的并发级别。',
  'Scenario of the document': '文档的场景',
  Demand: '需求',
  'Document, today': '文档：当前',
  'Document, optimised': '文档：优化后',
  'Smallest level that carries it': '能承载它的最小级别',
  'p99 there': '该级别的 p99',
  'Best level / demand': '最佳级别 / 需求',
  'Clients it takes, predicted': '所需客户端数（预测）',
  'Mean latency then': '此时平均延迟',
  '{0}; clients by the exact inverse of the Universal Scalability Law':
    '{0}；客户端数由通用可扩展性定律的精确反函数给出',
  'Demand: the upper end of the scenario, the lower one where the document gives no upper end. A level carries it when its throughput is at least that much.':
    '需求：取场景的上限；文档未给上限时取下限。某级别的吞吐量不低于需求，即能承载。',
  'no level of this run reaches it': '本次运行没有级别达到它',
  'above {0}': '高于 {0}',
  'no need': '无需优化',
  'the fitted curve never reaches it': '拟合曲线永远达不到它',
  'less than 1': '少于 1',
  'low concurrency, OLTP': '低并发 OLTP',
  'mid concurrency, web application': '中并发 Web 应用',
  'high concurrency, microservices': '高并发微服务',
  'extreme concurrency, large system': '超高并发大规模系统',
  '5,000 to 10,000/s': '5,000 至 10,000/s',
  '15,000 to 25,000/s': '15,000 至 25,000/s',
  '80,000 to 150,000/s': '80,000 至 150,000/s',
  'needs every optimisation': '需要所有优化',
  '200,000 to 500,000/s': '200,000 至 500,000/s',
};
