import type { Catalogue } from '../catalogue.js';

/** Experiments of the lab that start whole clusters. */
export const LAB_CLUSTERS: Catalogue = {
  'Asynchronous against blocking I/O': '异步 I/O 与阻塞 I/O',
  'What does a node gain whose only thread never waits for its disk?':
    '唯一的线程从不等待磁盘的节点能获得什么？',
  'Sends and receives that do not block give 200–300 % more throughput, 40 % less latency (50–70 % at the median and 60–70 % at p99 in its table) and ten times the connections.':
    '不阻塞的收发使吞吐量提高 200–300 %，延迟降低 40 %（其表格中中位数降低 50–70 %，p99 降低 60–70 %），连接数增至十倍。',
  'Writes and syncs of the log hold up the one thread that does everything else.':
    '日志的写入与同步会阻塞承担其余一切工作的唯一线程。',
  'Writes and syncs of the log wait in the thread pool, and the loop goes on.':
    '日志的写入与同步在线程池中等待，事件循环继续运行。',
  'Writes of 128 bytes to three nodes, at 10, 100 and 1,000 clients with a connection each.':
    '向三个节点写入 128 字节的值，客户端数为 10、100 和 1,000，每个客户端一条连接。',
  "Node's sockets cannot block, and the document's old way had a thread for each of 500 connections, of which one could wait while others went on. The blocking arm blocks where a node can: on every write and sync of the log, during which no socket is served either. That is the document's asynchronous persistence (L9), here by the number of clients, and says nothing about its coroutines.":
    'Node 的 socket 无法阻塞，而文档的旧方式为 500 条连接各配一个线程，其中一个等待时其他线程可以继续。阻塞分支在节点能阻塞之处阻塞：日志的每次写入与同步，期间也不服务任何 socket。这对应文档的异步持久化（L9），在此按客户端数给出，并不说明其协程的效果。',
  'a socket of Node.js cannot block its thread: the arms differ in their calls to the disk alone, and neither has the blocking send and recv that this figure is about':
    'Node.js 的 socket 无法阻塞其线程：各分支只在对磁盘的调用上不同，都没有这一数字所针对的阻塞式 send 与 recv',
  'both arms hold as many connections as clients ask for: neither has the thread for each connection that the document counts':
    '两个分支保持的连接数都等于客户端所要求的数目：都没有文档所计的每条连接一个线程',
  'A connection per call against a pool, between nodes': '节点之间：每次调用新建连接与连接池',
  'What do writes gain when the nodes keep their connections to each other?':
    '节点之间保持连接，写请求能获得什么？',
  'A pool of connections gives three times the calls of a connection per call, in a scenario of short connections four to six times.':
    '连接池的调用数是每次新建连接的三倍，在短连接场景中是四至六倍。',
  'A node connects for every message to another and hangs up after it.':
    '节点为发往另一节点的每条消息建立连接，之后断开。',
  'Connections are made in advance and kept.': '连接预先建立并一直保持。',
  'Writes of 128 bytes to three nodes from 10 clients, whose own connections are kept in both arms.':
    '10 个客户端向三个节点写入 128 字节的值；两个分支中客户端自身的连接都保持不断。',
  'A connection over the loopback takes tens of microseconds instead of the 1–3 ms that the document reckons with.':
    '回环接口上建立一条连接只需数十微秒，而不是文档所设想的 1–3 ms。',
  'A fixed buffer of 1,024 bytes between nodes': '节点之间的 1,024 字节固定缓冲区',
  'Which share of writes above 1 KiB is ever committed when nodes receive into a fixed buffer?':
    '节点用固定缓冲区接收时，超过 1 KiB 的写请求有多大比例最终得到提交？',
  'A fixed buffer truncates every message above 1,024 bytes, a dynamic one none; small messages are hardly affected.':
    '固定缓冲区截断所有超过 1,024 字节的消息，动态缓冲区一条也不截断；小消息几乎不受影响。',
  'A node receives a message into 1,024 bytes and drops what does not fit.':
    '节点把消息接收到 1,024 字节中，放不下的丢弃。',
  'Every length stands before what it measures, and a buffer is as large as it has to be.':
    '每段内容之前都有其长度，缓冲区按需要的大小分配。',
  'One client writes to three nodes, one write after the other: 60 of 512 bytes, 5 of 4,096, then small ones again.':
    '一个客户端依次向三个节点写入：60 次 512 字节，5 次 4,096 字节，然后再写小的值。',
  'One client, because the writes of several share a message and would be large together. A log has an order: behind one entry that no follower can receive nothing is ever committed, which `small-committed-after` tells.':
    '只用一个客户端，因为多个客户端的写请求会共用一条消息，合起来就变大了。日志有顺序：在任何 follower 都收不到的条目之后，什么都不会再提交，这由 `small-committed-after` 表明。',
  'Protocol Buffers against JSON, between nodes': '节点之间：Protocol Buffers 与 JSON',
  'What do clients notice of the codec in which the nodes speak to each other?':
    '节点之间所用的编解码，客户端能感觉到什么？',
  'Serialisation takes 10 to 15 % of the CPU; above 25 % a faster codec helps. What it brings is not said.':
    '序列化占 CPU 的 10 至 15 %；超过 25 % 时换用更快的编解码有帮助，但没有说明能带来多少。',
  'Messages between nodes are Protocol Buffers, written by static code.':
    '节点之间的消息是 Protocol Buffers，由静态代码写出。',
  'The same messages as JSON, the data of entries as base64.': '同样的消息用 JSON 表示，条目数据用 base64。',
  'Only what the nodes say to each other: clients speak HTTP, and the log has its own format, in both arms. Codec time is that of encoding and decoding at the leader, per write.':
    '只涉及节点之间的通信：两组中客户端都使用 HTTP，日志也都使用自己的格式。codec-time 是 leader 上每次写请求的编码与解码时间。',
  'Several requests in one message, in a cluster': '集群中一条消息携带多个请求',
  'What does it give to send several writes in one message to a follower?':
    '用一条消息向 follower 发送多个写请求能带来什么？',
  'Several requests in one call give 50–100 % more throughput.':
    '一次调用携带多个请求使吞吐量提高 50–100 %。',
  'Every write is an append of its own, in a frame of its own.':
    '每个写请求单独成为一次追加，占用单独的一帧。',
  'Writes that come together leave together.': '一同到达的写请求一同发出。',
  'Writes of 128 bytes to three nodes, at 100 and 1,000 clients.':
    '向三个节点写入 128 字节的值，客户端数为 100 和 1,000。',
  'Writes of 128 bytes to three nodes, at 100 and 1,000 clients. Up to 65,536 appends may be on the way to a follower, and writes gather behind the append at the disk of the leader, in both arms.':
    '向三个节点写入 128 字节的值，客户端数为 100 和 1,000。两组中发往每个 follower 的在途追加最多可达 65,536 个，写请求都在 leader 磁盘上的追加之后聚集。',
  'Only the messages to the followers are single: in both arms the leader writes what gathered in one batch of its log, and a follower what arrived in one turn of its loop. Without batches every entry is also an answer of its own, which the old way has to pay for as well.':
    '只有发往 follower 的消息是单个的：两组中 leader 都把聚集的内容作为日志的一批写入，follower 也把其循环一轮内到达的内容一起写入。不成批时每个条目还各有一次应答，旧方式同样要付出这一代价。',
  'Strategies of durability': '持久化策略',
  'How many writes per second does each strategy of durability allow, and how long does a write take?':
    '每种持久化策略每秒允许多少次写入，一次写入要多久？',
  'A sync on every change allows 100–1,000 writes per second, batches with a sync by the clock 10,000–50,000, no sync at all 50,000–200,000, each at most. Sharing a sync among all that wait is not among its strategies.':
    '每次变更都同步允许每秒 100–1,000 次写入，批量写入并定时同步为 10,000–50,000，完全不同步为 50,000–200,000，均为上限。由所有等待者共享一次同步不在其策略之列。',
  'A sync of its own for every entry, and the answer after it.': '每个条目单独同步一次，之后应答。',
  'The answer after the write, and a sync every 100 ms.': '写入之后即应答，每 100 ms 同步一次。',
  'The answer after the write, and never a sync.': '写入之后即应答，从不同步。',
  'The answer after a sync that all share who waited for it.': '在所有等待者共享的一次同步之后应答。',
  'Writes of 128 bytes to a cluster of three nodes, at 10 and at 1,000 clients.':
    '向三节点集群写入 128 字节的值，客户端数为 10 和 1,000。',
  'Without a sync to wait for, the cores of this machine are the limit, which three nodes and the load share: on machines of their own B and C allow more. How many acknowledged writes a power cut takes from each strategy is not measured here but by `strata fsync --power-cut`, which kills all nodes on a disk that loses what was not synced.':
    '无需等待同步时，上限是这台机器的核，三个节点与负载共用它们：若各有自己的机器，B 和 C 能承载更多。断电会使每种策略丢失多少已确认的写入，不在此处测量，而由 `strata fsync --power-cut` 测量：它在会丢失未同步内容的磁盘上杀死所有节点。',
  'Batches of the write-ahead log': '预写日志的批量',
  'What do batches of entries and a sync by the clock give over one sync for each entry?':
    '与每个条目同步一次相比，条目批量与定时同步能带来什么？',
  'Batched writes with a sync by the clock give 300–500 % more throughput, and several requests in one write of the log 200–300 % more.':
    '批量写入并定时同步使吞吐量提高 300–500 %，多个请求合并为一次日志写入提高 200–300 %。',
  'One entry, one sync.': '一个条目，一次同步。',
  'One sync for all that waited, but no more than 1 KiB in a write.':
    '所有等待者共享一次同步，但每次写入不超过 1 KiB。',
  'The same with 8 KiB.': '同上，上限为 8 KiB。',
  'The same with 4 MiB, which is all that ever waits.': '同上，上限为 4 MiB，足以容纳所有等待者。',
  'Batches too, acknowledged after the write, with a sync every 100 ms.':
    '同样批量，写入之后即确认，每 100 ms 同步一次。',
  'Writes of 128 bytes to a cluster of three nodes from 100 clients.':
    '100 个客户端向三节点集群写入 128 字节的值。',
  'A hundred clients are more than `always` can serve and fewer than the others can: with more clients the gains are larger. The arm `interval` may lose what its clients were promised in the last 100 ms, the others lose nothing: part of its gain is bought with that.':
    '100 个客户端超出 `always` 的能力，却低于其他分支的能力：客户端更多时收益更大。分支 `interval` 可能丢失最近 100 ms 内已向客户端承诺的内容，其他分支什么也不丢：它的部分收益是以此换来的。',
  'Recovery and the length of the log': '恢复与日志长度',
  'How long does a node take to come back with a longer and longer log, with and without a snapshot?':
    '日志越来越长时，有快照与没有快照的节点各需多久才能恢复？',
  'Without snapshots recovery time grows linearly with the log, with them it is fixed. It gives no figures.':
    '没有快照时恢复时间随日志线性增长，有快照时固定。文档没有给出数字。',
  'The whole log is read back.': '读回整个日志。',
  'Snapshots were taken after the last entry; of the log only the newest files are left.':
    '在最后一个条目之后做了快照；日志只剩下最新的文件。',
  'A node alone with 2,000, 200,000 and 1,000,000 puts of 128 bytes to 1,000 keys: from the start of its process to the answer of the first linearizable read.':
    '单个节点，对 1,000 个键分别做 2,000、200,000 和 1,000,000 次 128 字节的写入：从进程启动到第一次线性一致读得到应答。',
  'The start of the process is part of every figure and the same in both arms; `per-entry-200k` and `per-entry-1000k` leave it out: they are the rise from 2,000 to 200,000 and from there to 1,000,000 entries. `steepness` is the second over the first, 1 where growth is linear, and counts as that between 0.5 and 2. `growth` is the time with the longest log over that with the shortest, and counts as fixed up to 1.25. A file of the log has 4 MiB here instead of 64: snapshots free whole files, and what the newest ones hold is read in both arms.':
    '进程启动包含在每个数字中，两个分支相同；`per-entry-200k` 和 `per-entry-1000k` 不含它：分别是从 2,000 到 200,000 个条目、再到 1,000,000 个条目的增量。`steepness` 是后者与前者之比，线性增长时为 1，0.5 至 2 之间视为线性。`growth` 是最长日志与最短日志的恢复时间之比，不超过 1.25 视为固定。这里一个日志文件为 4 MiB 而不是 64：快照只能释放整个文件，最新文件的内容在两个分支中都要读取。',
  'What a snapshot costs while it is taken': '做快照期间的代价',
  'How long does a snapshot hold up the writes?': '快照会让写请求停顿多久？',
  'A snapshot takes 10–100 ms, depending on the size of the state.':
    '一次快照需 10–100 ms，取决于状态的大小。',
  'Writes alone.': '只有写请求。',
  'The leader takes a snapshot of its whole state from the begin of the window on.':
    'leader 从测量窗口开始时对其全部状态做一次快照。',
  'Writes of 128 bytes from 10 clients to three nodes that hold 100,000 keys (20,000 with --quick).':
    '10 个客户端向持有 100,000 个键的三个节点写入 128 字节的值（--quick 时为 20,000 个键）。',
  'The state is serialised in slices between which writes go on, so what clients feel is the longest write, of which the document says nothing; `snapshot-time` is the whole of it, from begin to durable file.':
    '状态分片序列化，片与片之间继续处理写请求，因此客户端感受到的是最慢的写请求，文档对此没有说明；`snapshot-time` 是从开始到文件持久化的全部时间。',
  'The log beside the main thread, in a cluster': '集群中日志不占用主线程',
  'What do clients notice when the log is written beside the thread that serves them?':
    '日志不在服务客户端的线程上写入时，客户端会察觉到什么？',
  'Persisting in the background keeps the main thread free. It gives no figure.':
    '后台持久化使主线程保持空闲。文档没有给出数字。',
  'Writes of 128 bytes to three nodes from 100 clients.': '100 个客户端向三个节点写入 128 字节的值。',
  'Its warning about recovery after a crash is put to the test elsewhere: by the walk of failpoints and by `strata fsync --power-cut`.':
    '文档关于崩溃后恢复的警告在别处检验：由故障点遍历和 `strata fsync --power-cut` 完成。',
  'Leader and follower': 'leader 与 follower',
  'How much more CPU and traffic does the leader have than a follower?':
    'leader 的 CPU 与流量比 follower 多多少？',
  'The leader takes 1.5 to 2 times the CPU of a follower, and N − 1 times its traffic: twice with three nodes.':
    'leader 的 CPU 占用是 follower 的 1.5 至 2 倍，流量是其 N − 1 倍：三个节点时为两倍。',
  'The node that does not lead; the mean of both.': '不担任 leader 的节点；取两者的平均。',
  'The node that leads and answers all clients.': '担任 leader 并应答所有客户端的节点。',
  'Writes of 128 bytes to the leader of three nodes from 100 clients; each run is a cluster of its own.':
    '100 个客户端向三个节点中的 leader 写入 128 字节的值；每次运行都是新的集群。',
  "Both are per write. Traffic is that between the nodes, in both directions, without that of the clients, which only the leader has. CPU holds the answers to clients, as the document's does. Its 'twice' is read as 1.9 to 2.1.":
    '两者均按每次写入计。流量指节点之间的双向流量，不含只有 leader 才有的客户端流量。CPU 与文档一样包含对客户端的应答。文档的“两倍”按 1.9 至 2.1 理解。',
  'One lock held across the disk': '跨越磁盘操作持有的一把锁',
  'How much of a request is waiting for a global lock, and what does that cost?':
    '一个请求有多少时间在等待全局锁，代价是什么？',
  'Below 100 requests per second waiting for the lock is less than 5 % of the time and costs nothing, up to 1,000 it is 10–20 % and costs 20–30 % of the throughput, above that 30–50 % and 50–70 %.':
    '每秒不到 100 个请求时，等锁时间低于 5 %，没有代价；到 1,000 为止占 10–20 %，损失 20–30 % 的吞吐量；超过之后占 30–50 %，损失 50–70 %。',
  'One event loop owns the state; nothing is locked while the disk works.':
    '状态归一个事件循环所有；磁盘工作期间不加任何锁。',
  'A write holds one lock until its entry is durable; a follower while it appends.':
    '写请求持有一把锁直到其条目持久化；follower 在追加期间持有。',
  'Writes of 128 bytes to three nodes: 50 and 300 a second whatever the answers do, then 10, 100 and 1,000 clients as fast as the answers come.':
    '向三个节点写入 128 字节的值：先是不论应答快慢的每秒 50 次和 300 次，然后是 10、100 和 1,000 个客户端，得到应答即发下一个。',
  'The share is the time in the queue of the lock at the leader over the time of all requests. A lock held across the disk also undoes group commit: the measured cost is both, and that of the lock at most as much. At a given rate the throughput is that rate, so the cost is read off the time of a request: 20–30 % less throughput is 1.25 to 1.43 times the mean, and nothing a median within 5 %. 300 a second stand for 100 to 1,000: not far above them the lock is full, and requests only gather.':
    '占比是 leader 上锁队列中的时间与所有请求时间之比。跨越磁盘操作持有的锁也使组提交失效：测得的代价包含两者，锁本身的代价不会更大。速率给定时吞吐量就是该速率，因此代价从请求耗时读出：吞吐量降低 20–30 % 即均值为 1.25 至 1.43 倍，没有代价即中位数变化在 5 % 以内。每秒 300 次代表 100 至 1,000：再高不多，锁就已占满，请求只会越积越多。',
  'Finer locks': '更细的锁',
  'What do separate locks, or none, give over one lock for everything?':
    '与一把锁管一切相比，分离的锁或不加锁能带来什么？',
  'Finer locks give 100–200 % more throughput under high load, separate locks for log, state and applying 50–100 %.':
    '高负载下更细的锁使吞吐量提高 100–200 %，日志、状态、应用各用一把锁提高 50–100 %。',
  'One lock that writes hold across the disk and that reads wait for.':
    '一把锁，写请求跨越磁盘操作持有它，读请求也要等待它。',
  'A lock of the log, held across the disk, and one of the state, which applies and reads hold while they work on it.':
    '一把日志锁，跨越磁盘操作持有；一把状态锁，应用与读取在操作状态期间持有。',
  'One event loop owns the state: as fine as a lock can get.': '状态归一个事件循环所有：锁能细化到的极限。',
  'Three nodes at 100 and 1,000 clients, each as fast as the answers come: half of the requests are linearizable reads, half writes of 128 bytes, drawn for every client. In `apart` 50 clients only read and 50 only write.':
    '三个节点，客户端数为 100 和 1,000，均在得到应答后立即发下一个：每个客户端的请求随机抽取，一半是线性一致读，一半写入 128 字节的值。在 `apart` 中，50 个客户端只读，50 个只写。',
  'Throughput is reads and writes together. Separate locks leave the log under a lock across the disk, so they free reads and not writes: a client that does both soon waits for a write again, one that only reads never does. The document does not say which share of its load reads, nor by whom, so its figures are held against both ends. Nor does it say how far its locks are refined: the arm `none` is the end of that way, gets its group commit back besides, and so is an upper bound.':
    '吞吐量为读与写之和。锁分离之后，日志仍由一把跨越磁盘操作的锁保护，因此得到释放的是读而不是写：既读又写的客户端很快又要等待写入，只读的客户端则从不等待。文档没有说明其负载中读的比例以及由谁来读，因此其数字与两种极端都作对照。文档也没有说明锁细化到什么程度：分支 `none` 是这条路的终点，还重新获得了组提交，因此是上限。',
  'Interval of heartbeats': '心跳间隔',
  'What do frequent heartbeats cost, and how late do rare ones notice that a leader is gone?':
    '频繁的心跳代价如何，稀疏的心跳要多晚才发现 leader 已经消失？',
  'A heartbeat every 10 ms costs the leader CPU and traffic and finds failures fast; one every 1,000 ms costs little, takes more than a second to notice, and may cause needless elections. Best are 50–150 ms with election time-outs of 300–600 ms, 3 to 6 times that. It gives no figure but the second.':
    '每 10 ms 一次心跳耗费 leader 的 CPU 与流量，但很快发现故障；每 1,000 ms 一次代价小，要超过一秒才发现，还可能引起不必要的选举。最佳为 50–150 ms，选举超时为 300–600 ms，即其 3 至 6 倍。除“一秒”之外文档没有给出数字。',
  'A heartbeat every 100 ms, elections after 450–600 ms of silence.':
    '每 100 ms 一次心跳，静默 450–600 ms 后选举。',
  'A heartbeat every 10 ms, elections after 450–600 ms of silence.':
    '每 10 ms 一次心跳，静默 450–600 ms 后选举。',
  'A heartbeat every 10 ms, elections after 40–60 ms of silence.':
    '每 10 ms 一次心跳，静默 40–60 ms 后选举。',
  'A heartbeat every 50 ms, elections after 450–600 ms of silence.':
    '每 50 ms 一次心跳，静默 450–600 ms 后选举。',
  'A heartbeat every 150 ms, elections after 450–600 ms of silence.':
    '每 150 ms 一次心跳，静默 450–600 ms 后选举。',
  'A heartbeat every 1000 ms, elections after 3000–4000 ms of silence.':
    '每 1000 ms 一次心跳，静默 3000–4000 ms 后选举。',
  'Three nodes: idle, then under writes of 10 clients, then with their leader killed while a client asks the others to write.':
    '三个节点：先空闲，再承受 10 个客户端的写请求，最后杀死 leader，同时一个客户端请求其余节点写入。',
  "A failure is noticed when the election time-out is over, whatever the heartbeat: it is 450–600 ms in all arms but two. A heartbeat every 10 ms allows a shorter one, which `every-10ms-scaled` has; one every 1,000 ms takes at least 3,000 ms, since the nodes' configuration refuses less than three heartbeats. The `detection` of these two is that of their time-outs. `idle-cpu` is the leader's, of one core.":
    '无论心跳多频繁，都要等选举超时过去才发现故障：除两个分支外均为 450–600 ms。每 10 ms 一次心跳允许更短的超时，`every-10ms-scaled` 即是如此；每 1,000 ms 一次则至少需要 3,000 ms，因为节点的配置拒绝低于三个心跳的超时。这两个分支的 `detection` 取决于各自的超时。`idle-cpu` 是 leader 的，按一个核计。',
  'only an election time-out below three heartbeats lets heartbeats every 1,000 ms cause needless elections, and the configuration of the nodes refuses it':
    '只有低于三个心跳的选举超时才会使每 1,000 ms 一次的心跳引起不必要的选举，而节点的配置拒绝这样的超时',
  'which of 50–150 ms is best depends on how much a late detection weighs against CPU, and the document gives no weights':
    '50–150 ms 是否最佳，取决于发现得晚与 CPU 开销孰轻孰重，而文档没有给出权重',
  'Polling and notified applier': '轮询与通知的 applier',
  'What does it cost that the applier looks for committed entries by the clock instead of being told?':
    'applier 定时查找已提交条目而不是得到通知，代价是什么？',
  'The applier looks every 10 ms. A notification gives 30–50 % more; where looking costs too much, every 15–20 ms is enough.':
    'applier 每 10 ms 查找一次。改为通知可提高 30–50 %；若查找代价过高，每 15–20 ms 一次就够。',
  "Looks every 10 ms, as the document's code does.": '每 10 ms 查找一次，与文档的代码相同。',
  'Looks every 20 ms.': '每 20 ms 查找一次。',
  'Applies in the turn of the loop in which entries are committed.': '在条目提交的那一轮事件循环中应用。',
  'Writes of 128 bytes to three nodes, at 10 and 100 clients.':
    '向三个节点写入 128 字节的值，客户端数为 10 和 100。',
  'Writes of 128 bytes to three nodes, at 10 and 100 clients, then 500 a second whatever the answers do.':
    '向三个节点写入 128 字节的值，客户端数为 10 和 100，然后是不论应答快慢的每秒 500 次。',
  'Clients wait for their answers, so a late applier lowers the throughput that so many clients can ask for. What looking costs is compared at the same rate in all arms: `leader-cpu-500` is what the leader takes of one core, looking and everything else.':
    '客户端要等应答，因此迟到的 applier 会降低同样多的客户端所能要求的吞吐量。查找的代价在所有分支的同一速率下比较：`leader-cpu-500` 是 leader 占用的 CPU，按一个核计，包括查找与其他一切。',
  'Skip list and ordered map behind a server': '服务器背后的跳表与有序映射',
  'What do clients notice of the store behind their reads, and of its lock?':
    '客户端从读请求背后的存储及其锁中能察觉到什么？',
  'A skip list that readers share instead of locking it coarsely serves 200–400 % more reads where reads prevail.':
    '读多写少时，由读者共享而不是粗粒度加锁的跳表能多服务 200–400 % 的读请求。',
  'A skip list behind one lock that every read holds while it looks its keys up, and every apply.':
    '由一把锁保护的跳表，每次读取在查找键期间、每次应用都持有该锁。',
  'The same list without the lock: readers never wait for each other.':
    '同样的跳表，不加锁：读者之间从不互相等待。',
  'The ordered map that every node has.': '每个节点都使用的有序映射。',
  'Three nodes hold 100,000 keys (10,000 with --quick); 50 clients ask the leader for single keys, then for ranges of 100, then for single keys with one write in ten requests. All reads are linearizable.':
    '三个节点持有 100,000 个键（--quick 时为 10,000 个）；50 个客户端先向 leader 读单个键，再读 100 个键的范围，最后读单个键并以十分之一的请求写入。所有读均为线性一致读。',
  'One thread serves all readers, so a lock costs them its queue and never a processor: threads would lose more to it, and the measured gain is a lower bound. Parsing a request and writing its answer cost far more than looking up a key: the store alone is compared by C6.':
    '所有读者由一个线程服务，因此锁的代价只是排队，不会浪费处理器：多线程会因锁损失更多，测得的收益是下限。解析请求与写出应答的代价远高于查找一个键：单独的存储由 C6 比较。',
  'Reads past the log': '绕过日志的读',
  'How much faster is a read that the leader answers by itself than one that goes through consensus?':
    'leader 自行应答的读比经过共识的读快多少？',
  'A leader that answers by itself serves 500–1,000 % more reads than reads through consensus.':
    '由 leader 自行应答的读比经过共识的读多 500–1,000 %。',
  'The read is an entry: POST /batch with one step `get`, replicated and synced as a write.':
    '读请求是一个条目：POST /batch，只有一步 `get`，与写请求一样复制并同步。',
  'The leader asks a quorum whether it still leads; reads that wait share the question.':
    'leader 向多数派确认自己仍是 leader；等待中的读请求共享这次确认。',
  'The leader answers by itself while no other can have been elected.':
    '在不可能选出其他 leader 的期间内，leader 自行应答。',
  'The node answers from its own state, whatever its age.': '节点用自己的状态应答，不论其新旧。',
  'Reads of one of 1,000 keys at the leader of three nodes from 100 clients.':
    '100 个客户端从三个节点中的 leader 读取 1,000 个键之一。',
  'The clients run on one thread of this process beside the three nodes, which lease and stale reads can saturate before the leader: what they gain is a lower bound. A read through the log is a POST whose body is parsed, for want of another, and shares its entry with no other; `leader-cpu` is what the leader spends on a read, whatever the clients can take.':
    '客户端与三个节点同机，运行在本进程的一个线程上，lease 与 stale 读可能先于 leader 使其饱和：它们的收益是下限。经由日志的读取没有别的形式，只能是需要解析正文的 POST，并且不与其他读取共用条目；`leader-cpu` 是 leader 在一次读取上的开销，与客户端能承受多少无关。',
  'Pipelined replication': '流水线复制',
  'What does it give not to wait for the answer to one append before the next one is sent?':
    '不等上一次追加的应答就发送下一次，能带来什么？',
  'Receiving, parsing, processing and answering in a pipeline gives 50–100 % more throughput.':
    '接收、解析、处理、应答流水线并行使吞吐量提高 50–100 %。',
  'One append on the way to a follower; the next one waits for its answer.':
    '发往每个 follower 的追加只有一个在途；下一个等待其应答。',
  'Up to 256 appends on the way to a follower; none waits for an answer.':
    '发往每个 follower 的在途追加最多 256 个；都不等待应答。',
  'Writes of 128 bytes to a cluster of three nodes, at 100 and 1,000 clients. In both arms the leader sends what came in one turn of its loop at once, whatever its own disk does (raft.gatherBehindAppends is 0).':
    '向三节点集群写入 128 字节的值，客户端数为 100 和 1,000。两组中 leader 都立即发送其循环一轮内到达的内容，不管自己的磁盘在做什么（raft.gatherBehindAppends 为 0）。',
  'The pipeline is that of replication. Receiving, parsing and answering share one event loop, where stages take turns; with one append on the way more entries gather in the next one, which makes up for part of the wait. In service writes also gather behind the append at the disk of the leader, which leaves few appends to pipeline.':
    '这里的流水线指复制。接收、解析与应答共用一个事件循环，各阶段轮流执行；只有一个追加在途时，下一个追加会聚集更多条目，弥补部分等待。正常运行时，写请求还会在 leader 磁盘上的追加之后聚集，可供流水线的追加因而很少。',
  'Several Raft groups': '多个 Raft 组',
  'Do more Raft groups on the same machine give more throughput in all?':
    '同一台机器上更多的 Raft 组能否带来更高的总吞吐量？',
  'Above 10,000 requests per second the data has to be partitioned: one group serves no more. It gives no figure for what partitions bring.':
    '每秒超过 10,000 个请求时数据必须分区：单个组承载不了更多。文档没有给出分区收益的数字。',
  'One cluster of three nodes.': '一个三节点集群。',
  'Two such clusters, each with half of the clients.': '两个这样的集群，各承担一半客户端。',
  'Three such clusters, each with a third of the clients.': '三个这样的集群，各承担三分之一客户端。',
  'Writes of 128 bytes from 120 and from 1,200 clients on one thread, divided evenly among the groups.':
    '一个线程上的 120 个和 1,200 个客户端写入 128 字节的值，平均分给各组。',
  'All groups share the cores and the disk of one machine, and so does the load: where the machine is the limit, groups cannot add to it, and one group on machines of its own serves more than here. `generator-cpu` says how much the load itself took, of one core; quantiles are those of all groups together.':
    '所有组共用一台机器的核与磁盘，负载也是：若机器就是上限，增加组也无法突破；独占机器的单个组能承载的比这里更多。`generator-cpu` 是负载自身占用的 CPU，按一个核计；分位数取自所有组的请求合在一起。',
};
