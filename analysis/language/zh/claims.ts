import type { Catalogue } from '../catalogue.js';

/** Claims of the reference document, and the names of layers and places: data that several sections print. */
export const CLAIMS: Catalogue = {
  // Layers.
  client: '客户端',
  network: '网络层',
  consensus: '共识层',
  log: '日志层',
  io: 'I/O 层',
  state: '状态机层',
  runtime: '运行时',
  gc: '垃圾回收',
  idle: '空闲',
  unattributed: '未归属',

  // Claims that are experiments of their own.
  'asynchronous against blocking I/O: throughput, latency, connections':
    '异步 I/O 与阻塞 I/O：吞吐量、延迟、连接数',
  'a connection a call, a pool, a pool with pre-connect over 1000 calls':
    '每次调用新建连接、连接池、连接池加预连接，1000 次调用',
  'fixed 1024-byte buffer against length-prefixed framing, 128 B to 1 MiB':
    '固定 1024 字节缓冲区与长度前缀分帧，128 B 到 1 MiB',
  'protobuf against another codec': 'protobuf 与另一种编解码器',
  'the share of the codec stands in section 7': '编解码的占比见第 7 节',
  'one request an RPC against batches': '每个 RPC 一个请求与批量发送',
  'messages per frame stand in section 1': '每帧消息数见第 1 节',
  'one queue against a striped pool': '单一队列与分段连接池',
  'pool health: transitions, and recovery time under a cut link':
    '连接池健康检查：状态转换，以及断链后的恢复时间',
  'fsync, fdatasync and O_DSYNC under load': '负载下的 fsync、fdatasync 与 O_DSYNC',
  'the bare primitives stand in the baseline': '裸原语见机器基线',
  'batch size and sync interval, swept': '逐档改变批量大小与刷盘间隔',
  'the strategies stand in section 2 when the run compares them': '运行比较刷盘策略时，见第 2 节',
  'recovery time against log length, with and without snapshots': '恢复时间与日志长度的关系，有无快照',
  'log on the loop, on the thread pool, on a thread of its own': '日志放在事件循环、线程池、独立线程',
  'a global lock held across I/O against the default': '跨 I/O 持有的全局锁与默认实现',
  'the wait share stands in section 7': '等待占比见第 7 节',
  'global lock, split locks, single owner': '全局锁、分离锁、单一所有者',
  'heartbeat swept: CPU, bytes, detection time, needless elections':
    '逐档改变心跳间隔：CPU、字节数、故障检测时间、不必要的选举',
  'the share of the ticker stands in section 7': '定时器的占比见第 7 节',
  'applier that polls at 10 and 20 ms against one that is told':
    '按 10 与 20 ms 轮询的 applier 与由通知驱动的 applier',
  'the share of the applier stands in section 7': 'applier 的占比见第 7 节',
  'coarse-locked skip list against the ordered map in use': '粗粒度锁的 SkipList 与现用的有序映射',
  'reads through the log, by ReadIndex, by lease, stale':
    '经日志读、ReadIndex 读、租约读（Lease Read）、陈旧读',
  'one batch under way against several': '同时在途一个批次与多个批次',
  'one to n Raft groups': '一到 n 个 Raft 组',
  "the document's before/after tables": '参考文档的改进前后对照表',
};
