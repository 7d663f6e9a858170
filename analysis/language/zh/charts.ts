import type { Catalogue } from '../catalogue.js';

/** Charts and flamegraphs. */
export const CHARTS: Catalogue = {
  'n/m': '未测',
  ', beside the path': '，不在关键路径上',
  allocated: '已分配',
  '{0} {1}, sampled every {2}; width = share of bytes': '{1} {0}，每 {2} 采样一次；宽度 = 字节占比',
  '{0} on the CPU of {1} sampled, {2} idle (not drawn); width = share of CPU time':
    '采样 {1}，其中占用 CPU {0}，空闲 {2}（未画出）；宽度 = CPU 时间占比',
  ', {0} lost': '，丢失 {0} 个',
  '; JavaScript has no names here': '；此处 JavaScript 函数没有名称',
  '{0} on the CPU by {1}, {2} samples{3}; width = share of CPU time{4}':
    '占用 CPU {0}（按 {1} 采样），{2} 个样本{3}；宽度 = CPU 时间占比{4}',
  '{0} narrower than {1}': '{0}窄于 {1}',
  '{0} deeper than {1} levels': '{0}深于 {1} 层',
  'all frames are drawn': '所有栈帧均已画出',
  'not drawn: {0}': '未画出：{0}',
  '{0} frame': '{0} 个栈帧',
  '{0} frames': '{0} 个栈帧',
  'this run': '本次运行',
  'the document (estimate)': '参考文档（预估）',
  'Throughput by level': '各级别的吞吐量',
  'Response latency by percentile': '响应延迟百分位',
  percentile: '百分位',
  'latency (log scale)': '延迟（对数刻度）',
  'Response latency by second, {0}': '逐秒响应延迟，{0}',
  'second of the measured window': '测量窗口内的秒',
  latency: '延迟',
};
