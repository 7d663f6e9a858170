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
  machine: '机器',

  // Kinds of threads.
  main: '主线程',
  pool: '线程池线程',
  worker: 'worker 线程',
  platform: '平台线程',
  other: '其他线程',

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
  'syncs by what they sync: below 4 KiB 500 to 2,000/s, batches of 64 KiB 10,000 to 50,000/s, blocks of 1 MiB 50,000 to 200,000/s (its §2.5)':
    '按刷盘内容划分的次数：小于 4 KiB 时 500 至 2,000/s，64 KiB 批量时 10,000 至 50,000/s，1 MiB 大块时 50,000 至 200,000/s（其 §2.5）',
  'blocks synced one at a time stand in the baseline': '逐块刷盘见机器基线',
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

  // Hot functions, and what stands for each here.
  'network (its §1.2, §1.3)': '网络层（其 §1.2、§1.3）',
  'log and I/O (its §2.2, §2.4)': '日志与 I/O 层（其 §2.2、§2.4）',
  'leader (its §3.2, §3.3)': 'Leader（其 §3.2、§3.3）',
  'follower (its §3.2, §3.3)': 'Follower（其 §3.2、§3.3）',
  'layers consensus and state': '共识层与状态机层',
  'codec of messages between nodes': '节点间消息的编解码',
  'codec of the log': '日志的编解码',
  'socket reads and writes, of clients too': 'socket 读写，含客户端连接',
  'runtime layer: the turns of the loop': '运行时：事件循环的各轮',
  'nothing: one thread runs callbacks to their end': '无：单个线程把每个回调执行到底',
  'code of the pool itself': '连接池自身的代码',
  'lock code; waits use no CPU (3.3)': '锁代码；等待不占 CPU（3.3）',
  connects: '建立连接',
  'allocating and copying buffers': '缓冲区的分配与复制',
  'asking for syncs; the wait uses no CPU (2.2)': '发起刷盘；等待不占 CPU（2.2）',
  'writes to files': '文件写入',
  'log layer without its writes': '日志层，不含其写入',
  'layers log and io': '日志层与 I/O 层',
  'making messages and handing them to sockets': '生成消息并交给 socket',
  'messages of peers through the protocol': '对等节点的消息经过协议处理',
  'all code between nodes': '节点之间的全部代码',
  'ticks of the protocol': '协议的时钟节拍',
  'state layer': '状态机层',
  campaigns: '竞选',
  "#### The document's hot functions": '#### 参考文档的热点函数',
  'Table of the document': '文档中的表',
  Expected: '预期',
  'Its example': '示例',
  'Its example, contended': '示例（锁竞争）',
  'Measured, {0}': '实测，{0}',
  '`points/{0}/passes/{1}/node-*.json`; C11': '`points/{0}/passes/{1}/node-*.json`；C11',
  "Shares of samples. The document's are estimates for all threads of a C++ server; ours are of the main thread's samples that are not idle, and rows may overlap: what a layer is asked for counts in the row of its mechanism too.":
    '均为采样占比。文档的数字是对一个 C++ 服务端全部线程的估计；我们的是主线程非空闲采样的实测，各行可能重叠：某层所要求的工作也计入其机制所在的行。',
  'a process of Node.js has no coroutines that could be switched': 'Node.js 进程没有可切换的协程',

  // Time-outs.
  'Time-out': '超时参数',
  'Document (C4)': '参考文档（C4）',
  Here: '本次运行',
  Fits: '符合',
  heartbeat: '心跳间隔',
  'election time-out': '选举超时',
  'election time-out / heartbeat': '选举超时 / 心跳间隔',
  'What other values cost: {0}.': '其他取值的代价：{0}。',
};
