import type { Catalogue } from '../catalogue.js';

/** What probes ask and cost, and what they, the commands and outside tools said when they ran: sentences that the files of a run hold. */
export const PROBES: Catalogue = {
  'How often does V8 collect garbage, how long does it stop the program, how full is the heap?':
    'V8 多久回收一次垃圾、让程序停多久、堆有多满？',
  'Between which asynchronous operations does Clinic.js Bubbleprof see delays?':
    'Clinic.js Bubbleprof 在哪些异步操作之间看到延迟？',
  'Where does Clinic.js Flame see the CPU time of a program go?':
    'Clinic.js Flame 看到程序的 CPU 时间花在哪里？',
  'How late does the event loop come, and which function held it up?': '事件循环迟到多少，是哪个函数耽搁的？',
  'Where does a sync spend its time: in the queue of the pool, in the kernel, in the device, or waking up?':
    '一次刷盘的时间花在哪里：线程池排队、内核、设备，还是唤醒？',
  'Who waits for locks, who makes them wait, and where does the main thread stand in Atomics.wait?':
    '谁在等锁，谁让它们等，主线程停在何处的 Atomics.wait？',
  'Where does the CPU time of JavaScript go, in the flame graph of 0x?':
    '在 0x 的火焰图中，JavaScript 的 CPU 时间花在哪里？',
  'Which layer allocates on the JavaScript heap, and in which function?':
    '哪一层在 JavaScript 堆上分配内存，在哪个函数里？',
  'Which thread makes which system calls, how long do they take, how many fail?':
    '哪个线程发起哪些系统调用，耗时多少，失败多少？',
  'What does the kernel count of the process and its machine: CPU, threads, switches, I/O, sockets, device, pressure?':
    '内核对进程及其机器的统计：CPU、线程、切换、I/O、套接字、设备、压力？',
  'How long does work wait for a thread of the pool?': '任务等待线程池的线程多久？',
  'Which system calls does each layer make, on what, how long do they take, how many fail?':
    '各层对什么对象发起哪些系统调用，耗时多少，失败多少？',
  'How long do ready threads wait for a processor, syncs in the kernel, and flushes in the device?':
    '就绪线程等 CPU 多久，刷盘在内核中多久，缓存刷写在设备中多久？',
  'What kind of problem does Clinic.js Doctor see: loop, collector, memory or I/O?':
    'Clinic.js Doctor 看到哪类问题：事件循环、垃圾回收、内存还是 I/O？',
  'Which layer uses the CPU of the main thread, and for what?': '哪一层占用主线程的 CPU，用来做什么？',
  'What do all threads do on the CPU, from JavaScript through libuv down to the kernel?':
    '从 JavaScript 经 libuv 到内核，所有线程在 CPU 上做什么？',
  'of a process that runs: that of a CPU profile; of one that it starts: as under --prof of V8':
    '对运行中的进程：相当于 CPU 采样；对由它启动的进程：相当于 V8 的 --prof',
  'a look-up in the kernel per switch of a thread, on the whole machine; nothing is handed over before the end':
    '整机每次线程切换时在内核中查一次表；结束之前不向外传数据',
  'starts the program itself; follows every asynchronous operation: throughput falls to a third':
    '由它启动程序；追踪每个异步操作：吞吐量降到三分之一',
  'starts the program itself; a sample every 10 ms and traces of V8':
    '由它启动程序；每 10 ms 一个样本，另有 V8 追踪',
  "starts the program itself, under V8's own profiler": '由它启动程序，使用 V8 自带的采样器',
  'one sample per millisecond; too little to tell from noise': '每毫秒一个样本；小到与噪声无法区分',
  'two timers of 10 ms and one sample per 5 ms; a pause of some milliseconds at the start':
    '两个 10 ms 定时器，每 5 ms 一个样本；开始时停顿几毫秒',
  'one callback for each collection': '每次垃圾回收一个回调',
  'one stack for each 32 KiB allocated; allocation in optimised code gets slower':
    '每分配 32 KiB 记一个栈；优化代码中的分配会变慢',
  'two readings of /debug/layers, and one stack for each Atomics.wait':
    '读两次 /debug/layers，每次 Atomics.wait 记一个栈',
  'two events per system call instead of two stops: cheaper than strace, too dear to quote throughput from':
    '每次系统调用产生两个事件而不是停两次：比 strace 便宜，但其吞吐量仍不可引用',
  '499 samples a second and thread on a CPU; nodes of its own, whose functions are slower to start':
    '每个占用 CPU 的线程每秒 499 个样本；使用单独的节点，其函数启动较慢',
  'a Worker that sends 50 tasks of microseconds a second through the pool, and its memory':
    '一个 Worker 每秒向线程池发送 50 个微秒级任务，并占用其内存',
  'nothing for the process: files of /proc, a few times a second': '对进程没有代价：每秒读几次 /proc 文件',
  "two stops per system call: throughput falls to a fifth, and every call takes the tracer's time besides":
    '每次系统调用停两次：吞吐量降到五分之一，且每次调用都附带跟踪器的耗时',
  'two events per sync with bpftrace or perf; with strace alone two stops per system call':
    '用 bpftrace 或 perf 时每次刷盘两个事件；只有 strace 时每次系统调用停两次',
  'interactive flame graph of JavaScript': 'JavaScript 的交互式火焰图',
  'groups of asynchronous operations, and the delays between them': '异步操作的分组及其间的延迟',
  'CPU, memory, loop delay and handles over time, with its diagnosis':
    'CPU、内存、事件循环延迟与句柄随时间的变化，附其诊断',
  'flame graph of JavaScript, optimised and unoptimised code apart':
    'JavaScript 的火焰图，区分已优化与未优化的代码',
  'its page is large: fifteen megabytes after a second and a half': '其页面很大：一秒半之后就有 15 MB',
  'its use of the loop is the average since the start, and its verdict carries no numbers':
    '其事件循环利用率是启动以来的平均值，其结论不带数字',
  'it rests on an older 0x and leaves out idle time and the collector':
    '它基于较旧的 0x，不含空闲时间与垃圾回收',
  'it ended without a result': '它结束时没有结果',
  'the profile was interrupted before': '采集在此之前被中断',
  'the process is not on this machine': '进程不在本机',
  'it has to start the process itself: use --launch': '它必须自己启动进程：请使用 --launch',
};
