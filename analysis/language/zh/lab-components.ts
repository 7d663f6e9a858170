import type { Catalogue } from '../catalogue.js';

/** Experiments of the lab on one part alone. */
export const LAB_COMPONENTS: Catalogue = {
  'Connections: a new one for every call, or a pool': '连接：每次调用新建，还是连接池',
  'How much sooner are 1000 calls done over connections that are kept?': '保留连接后，1000 次调用能快多少？',
  '1000 calls take 15 s with a connection of their own each, 5 s over a pool (3x) and 3 s over a pool that was connected before (5x). A factor is read as what rounds to it.':
    '1000 次调用，每次新建连接需要 15 s，使用连接池需要 5 s（3 倍），使用预先连接的连接池需要 3 s（5 倍）。倍数按四舍五入理解。',
  'Connects, calls, closes.': '连接、调用、关闭。',
  'A connection for each caller, made at its first call and kept.':
    '每个调用者一个连接，首次调用时建立并保留。',
  'The same, all connected before the first call.': '同上，但在首次调用之前全部连好。',
  '1000 calls of 128 bytes by 8 callers, one after the other each, to a server on a thread of its own, in the framing of the peers.':
    '8 个调用者各自依次发出共 1000 次 128 字节的调用，服务端在独立线程上，使用节点间的帧格式。',
  'Over the loopback a connection and a call cost CPU alone. A network adds a round trip to each of them, which brings the factor closer to two: the one here is no bound of that between machines. No handshake of the peers, no TLS.':
    '在回环接口上，建立连接与一次调用都只花费 CPU。网络会给两者各加一个往返，使倍数趋近于二：这里的倍数不是跨机器倍数的界限。没有节点握手，也没有 TLS。',
  'Receiving: a buffer of 1024 bytes, or frames of any length': '接收：1024 字节缓冲区，还是任意长度的帧',
  'What does a buffer of fixed size lose, and what does it cost where it loses nothing?':
    '固定大小的缓冲区会丢失什么？在不丢失时又要付出什么代价？',
  'A buffer of 1024 bytes truncates every larger message and length-prefixed frames none; small messages are hardly affected, those above 10 KB take 70 % fewer switches, and those above 100 KB are 2 to 3 times as fast. A switch is a read event of the loop here; “hardly” is read as 5 %.':
    '1024 字节的缓冲区会截断所有更大的消息，带长度前缀的帧则不会；小消息几乎不受影响，10 KB 以上的消息切换次数减少 70 %，100 KB 以上的消息快 2 至 3 倍。这里一次切换指事件循环的一次读事件；“几乎”按 5 % 理解。',
  'One read into a buffer of 1024 bytes is the message; the rest is thrown away.':
    '读入 1024 字节缓冲区的一次结果就是消息，其余丢弃。',
  'Reads into a buffer of 1024 bytes, put together by the length in front of the message.':
    '多次读入 1024 字节缓冲区，按消息前的长度拼接。',
  'The frames of the peers: lengths in front, buffers as large as what came.':
    '节点间的帧：长度在前，缓冲区与到达的数据一样大。',
  'One message after the other over a loopback connection, each acknowledged with a byte before the next, of 128 B, 1, 10, 100 KiB and 1 MiB in turn.':
    '在回环连接上依次发送消息，每条收到一个字节的确认后再发下一条，大小依次为 128 B、1、10、100 KiB 和 1 MiB。',
  'Sender and receiver share one event loop, as a node and its client on one machine do not: what is compared is the receiving side, both ways pay the same for sending.':
    '收发双方共用一个事件循环，而同一台机器上的节点与客户端并非如此：比较的是接收端，两种方式的发送成本相同。',
  'Codecs: Protocol Buffers by static code, JSON, v8.serialize':
    '编解码：静态代码的 Protocol Buffers、JSON、v8.serialize',
  'How many AppendEntries messages a second can be encoded and decoded again?':
    '每秒能编码并再解码多少条 AppendEntries 消息？',
  'Serialisation takes 10 to 15 % of the CPU; above 25 % another codec or arenas help. What they bring is not said.':
    '序列化占 CPU 的 10 至 15 %；超过 25 % 时换用其他编解码或内存池有帮助，但没有说明能带来多少。',
  'The codec of the peers: code written for each message, sizes computed first.':
    '节点间的编解码：为每种消息编写的代码，先计算长度。',
  '`JSON.stringify` and `JSON.parse`, the data of entries as base64 straight from their bytes, every field checked: `testing.lab.codec` of a node.':
    '`JSON.stringify` 与 `JSON.parse`，条目数据直接由其字节转为 base64，并检查每个字段：即节点的 `testing.lab.codec`。',
  '`v8.serialize` and `v8.deserialize`, the structured clone.':
    '`v8.serialize` 与 `v8.deserialize`，即结构化克隆。',
  'Encodes an AppendEntries message into a frame and decodes it again: one entry of 128 bytes, 64 of them, and 4 of 10 KiB.':
    '把一条 AppendEntries 消息编码成一帧再解码：一个 128 字节的条目、64 个这样的条目，以及 4 个 10 KiB 的条目。',
  'The structured clone checks no field, the other two do. What a codec means for a whole cluster is the comparison of N6-cluster.':
    '结构化克隆不检查字段，另外两种都检查。编解码对整个集群意味着什么，见 N6-cluster 的比较。',
  'Calls: one request each, or batches': '调用：每次一个请求，还是成批',
  'How many more AppendEntries messages a second get through when several share a call?':
    '多条 AppendEntries 消息共用一次调用时，每秒能多通过多少条？',
  'Sending several requests in one call brings 50 to 100 %. No size of a batch is named, so the figure is held against both.':
    '一次调用发送多个请求可提升 50 至 100 %。没有说明批的大小，因此两种批大小都与该数字对照。',
  'A frame for every message, an answer for every frame.': '每条消息一帧，每帧一个应答。',
  '16 messages in a frame, one answer.': '一帧 16 条消息，一个应答。',
  '64 messages in a frame, one answer.': '一帧 64 条消息，一个应答。',
  'AppendEntries messages with one entry of 128 bytes, 256 of them under way at a time, over one connection to a thread that decodes and answers.':
    '带一个 128 字节条目的 AppendEntries 消息，同时有 256 条在途，经一个连接发往负责解码并应答的线程。',
  'Messages are at hand at once; in a node a batch holds what came in one turn of the event loop, and nobody waits for it to fill.':
    '消息立即可得；在节点中，一批包含事件循环一轮内到达的内容，没有人等它装满。',
  'Connections to a peer: one queue, or stripes': '到一个节点的连接：一个队列，还是分段',
  'How many more calls get through when callers wait in several queues instead of one?':
    '调用者在多个队列而不是一个队列中等待时，能多通过多少调用？',
  'A pool whose lock is split into 16 to 32 stripes brings 30 to 50 % at high concurrency.':
    '把连接池的锁分为 16 至 32 段，在高并发下可提升 30 至 50 %。',
  'what the document splits is a mutex that threads take on their way into the pool, and one event loop has none whose wait could be saved: the ratio is that of the queues alone':
    '文档要拆分的是各线程进入连接池时获取的互斥锁，而单个事件循环没有这样的锁，也就没有可省的等待：该比值只反映队列本身',
  '16 connections; all callers wait in one queue for whichever is free next.':
    '16 个连接；所有调用者在一个队列中等待下一个空闲的连接。',
  '16 connections, each with a queue, callers spread over them.': '16 个连接，各有一个队列，调用者分散其上。',
  '32 connections behind one queue.': '32 个连接，共用一个队列。',
  '32 connections, each with a queue.': '32 个连接，各有一个队列。',
  '64 callers, each with one call of 128 bytes at a time, to a server on a thread of its own; a connection carries one call at a time, as a pool without multiplexing does.':
    '64 个调用者，每个同时只有一次 128 字节的调用，服务端在独立线程上；一个连接同时只承载一次调用，如同没有多路复用的连接池。',
  'As many connections and calls are under way with one queue as with stripes. The peers of this project multiplex calls on a connection, so none of these queues is in a node. Wait is the time in the queue.':
    '使用一个队列与分段时，连接数和在途调用数相同。本项目的节点在一个连接上多路复用调用，因此节点中没有这些队列。wait 是排队的时间。',
  'A link between nodes that is cut and heals': '节点间链路的切断与恢复',
  'When is a cut link noticed, and how soon is it healthy again once it heals?':
    '链路被切断后何时被发现？恢复后多久重新变为健康？',
  'A link goes from healthy over probing to disconnected with a heartbeat of 10 s and a probe of 5 s, and recovers within 15 s. These are bounds, not a comparison: recovered has to be at most 15 s, noticed about 10 s and given up about 15 s after a silent cut.':
    '链路状态由 HEALTHY 经 PROBING 到 DISCONNECTED，心跳 10 s，探测 5 s，并在 15 s 内恢复。这些是界限而不是比较：静默切断后 recovered 至多 15 s，noticed 约 10 s，given-up 约 15 s。',
  'Nothing gets through in either direction, the connections stay open.': '两个方向都不通，连接保持打开。',
  'All connections break, and new ones for 200 ms.': '所有连接断开，新连接在 200 ms 内也会断开。',
  'Two transports of the peers over TCP with a proxy between them, which is cut until the link is given up, then healed. Noticed and given up count from the cut, recovered from the healing.':
    '两个节点间的 TCP 传输，中间有一个代理，切断直到链路被放弃，然后恢复。noticed 与 given-up 从切断时起算，recovered 从恢复时起算。',
  'With --quick all times of the link, heartbeat and probe among them, are a twentieth, and so are those measured: 15 s reads as 750 ms.':
    '使用 --quick 时，包括心跳和探测在内的所有链路时间都为二十分之一，测得的值也是如此：15 s 对应 750 ms。',
  'fsync, fdatasync, O_DSYNC': 'fsync、fdatasync、O_DSYNC',
  'How much faster are durable writes with fdatasync or O_DSYNC than with fsync?':
    '使用 fdatasync 或 O_DSYNC 的持久写入比 fsync 快多少？',
  'fdatasync is 20 to 30 % faster than fsync. On which kind of file is not said, so both are measured.':
    'fdatasync 比 fsync 快 20 至 30 %。没有说明是哪种文件，因此两种都测。',
  'Write, then fsync: data and all metadata.': 'write 之后 fsync：数据和全部元数据。',
  'Write, then fdatasync: data, and the metadata that reading back needs.':
    'write 之后 fdatasync：数据，以及读回所需的元数据。',
  'One write on a file opened with O_DSYNC.': '对以 O_DSYNC 打开的文件做一次 write。',
  'Blocks of 4 KiB, each durable before the next, one after the other: into a file whose 8 MiB were written and synced before (preallocated, as the segments of the log are), and at the end of one that starts empty (growing).':
    '逐个写入 4 KiB 的块，每块持久后再写下一块：写入事先写满并刷盘的 8 MiB 文件（preallocated，如日志的段），以及追加到从空开始的文件末尾（growing）。',
  'Synchronous calls on one thread, so that the difference of the calls is not hidden by a queue. The disk under the run directory decides: on one whose cache need not be flushed all three come close to a plain write.':
    '单线程同步调用，使调用之间的差异不被队列掩盖。结果取决于运行目录所在的磁盘：若其缓存无需刷新，三者都接近普通写入。',
  'Bytes that share a sync': '共用一次刷盘的字节数',
  'How many entries a second become durable when more and more of them share one sync?':
    '越来越多的条目共用一次刷盘时，每秒能持久化多少条目？',
  'Small writes below 4 KB with a sync each reach 500 to 2,000 per second, batches of 64 KB 10,000 to 50,000, batches of 1 MB 50,000 to 200,000. Writing the log in batches brings 200 to 300 %; of which size is not said, so 4 KiB stand for it here.':
    '小于 4 KB、每次都刷盘的小写入达到每秒 500 至 2,000 次，64 KB 的批达到 10,000 至 50,000，1 MB 的批达到 50,000 至 200,000。成批写日志可提升 200 至 300 %；没有说明批的大小，这里以 4 KiB 为例。',
  'One entry, one write, one fdatasync.': '一个条目，一次 write，一次 fdatasync。',
  '8 entries in one write, one fdatasync.': '8 个条目一次 write，一次 fdatasync。',
  '128 entries in one write, one fdatasync.': '128 个条目一次 write，一次 fdatasync。',
  '2048 entries in one write, one fdatasync.': '2048 个条目一次 write，一次 fdatasync。',
  'Entries of 512 bytes, written one batch after the other into a file whose 32 MiB were written and synced before.':
    '512 字节的条目，逐批写入事先写满并刷盘的 32 MiB 文件。',
  'The document counts writes and does not say how large one is: here it is an entry of 512 bytes, and with larger entries fewer of them would fill a batch of the same bytes. A batch of 4 KiB is eight such entries. Synchronous calls on one thread, so no batch hides behind another. What batching brings to whole nodes under load is the comparison of the fsync strategies.':
    '文档按写入次数计，没有说明一次写入有多大：这里是一个 512 字节的条目，条目越大，装满同样字节数的一批所需的条目越少。4 KiB 的批为八个这样的条目。单线程同步调用，因此没有一批能躲在另一批后面。成批写入给负载下的整个节点带来什么，见 fsync 策略的比较。',
  'The log: on the event loop, in the pool, on a thread': '日志：在事件循环上、在线程池中、在独立线程上',
  'What does the event loop get back when it does not wait for the disk itself?':
    '事件循环不再亲自等待磁盘时，能赢回什么？',
  'Asynchronous persistence keeps the main thread free and needs care in recovery. No figure is given.':
    '异步持久化让主线程空闲，但恢复时需要小心。没有给出数字。',
  'Writes and syncs where it stands: nothing else happens meanwhile.': '就地写入并刷盘：期间什么都不会发生。',
  "The threads of libuv's pool, as every node does.": 'libuv 线程池中的线程，所有节点都这样做。',
  'A worker thread that gets a copy of each batch.': '一个 worker 线程，得到每批的一份副本。',
  'The write-ahead log of a node under 32 writers, each appending an entry of 128 bytes in the turn of the loop after its last one became durable; the appends of a turn go together, group commit with fdatasync.':
    '节点的预写日志，32 个写入者，各自在上一条目持久后的下一轮循环追加一个 128 字节的条目；同一轮的追加一起进行，以 fdatasync 组提交。',
  'Nothing but the log is on the loop. The delay is that of a timer of 1 ms, which is never shorter than 1 ms; busy is the share of time in which the loop did not wait.':
    '循环上只有日志。延迟取自 1 ms 的定时器，因此不会小于 1 ms；busy 是循环没有等待的时间占比。',
  'Reads: a locked skip list, a skip list, the ordered map': '读取：加锁的跳表、跳表、有序映射',
  'How many more reads does a store serve whose readers need not wait for each other?':
    '读者无需互相等待时，存储能多服务多少读取？',
  'A lock that readers share instead of one coarse lock around the skip list brings 200 to 400 % where reads prevail. On one event loop readers without a lock are what readers that share one are among threads.':
    '用读者可共享的锁代替跳表的粗粒度锁，在读多的场景下可提升 200 至 400 %。在单个事件循环上，不加锁的读者相当于线程中共享锁的读者。',
  'A skip list behind one lock that every read takes and gives back.':
    '跳表外有一把锁，每次读取都要获取并归还。',
  'The skip list without the lock.': '不加锁的跳表。',
  'The map with an index of its keys that every node has, without a lock.':
    '所有节点都使用的带键索引的映射，不加锁。',
  '32 readers of a store of 50,000 keys: single keys, then ranges of 100 keys, all drawn from the seed.':
    '32 个读者读取含 50,000 个键的存储：先读单个键，再读 100 个键的范围，均由种子抽取。',
  'One thread owns the state, so the lock costs the hand-over from reader to reader and no waiting for work that runs beside it. Threads would lose more to a coarse lock, and a processor for every reader would win more without one: the measured gain is a lower bound.':
    '状态归一个线程所有，因此锁的代价只是读者之间的交接，没有对并行工作的等待。多线程会因粗粒度锁损失更多，每个读者各有一个处理器则会因无锁获益更多：测得的收益是下限。',
};
