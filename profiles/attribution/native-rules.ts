import type { Mechanism } from './mechanism.js';

type Rule = readonly [Mechanism, RegExp];

/**
 * Functions of the kernel that say what a stack is about. Helpers that everybody calls (locks, copies, checks) have no row: their caller
 * decides. The first row that fits wins, so the narrow ones stand first.
 */
const KERNEL: readonly Rule[] = [
  [
    'kernel-memory',
    /^(handle_mm_fault|__handle_mm_fault|do_(user_addr_fault|anonymous_page|fault|mmap|munmap|madvise)|exc_page_fault|asm_exc_page_fault|clear_(huge_)?page|clear_page_\w+|__?alloc_pages\w*|alloc_pages\w*|get_page_from_freelist|rmqueue\w*|free_unref_\w+|release_pages|unmap_\w+|zap_\w+|tlb_\w+|flush_tlb_\w+|mprotect_fixup|vm_mmap_pgoff|__x64_sys_(mmap|munmap|madvise|mprotect|brk|mremap)|folio_(add|remove)_(new_)?(anon_)?rmap\w*|lru_\w+|mem_cgroup_\w+|try_charge_memcg|vma_\w+|mas_\w+|k(swapd|compactd)\w*|khugepaged\w*)$/,
  ],
  [
    'kernel-block',
    /^(blk_\w+|__?blk_\w+|blkdev_\w+|submit_bio\w*|__submit_bio\w*|bio_\w+|virtio_queue_rq\w*|virtblk_\w+|virtio_\w+|vring_\w+|virtqueue_\w+|vp_\w+|vm_notify|nvme_\w+|scsi_\w+|ata_\w+|dm_\w+|md_\w+|mq_\w+|dd_\w+|bfq_\w+|elv_\w+|block_\w+|rq_\w+|sbitmap_\w+|__sbitmap_\w+)$/,
  ],
  [
    'kernel-filesystem',
    /^(ext4_\w+|__ext4_\w+|jbd2_\w+|xfs_\w+|xlog_\w+|btrfs_\w+|overlay_\w+|ovl_\w+|f2fs_\w+|iomap_\w+|vfs_(fsync\w*|fallocate|statx?|open|unlink|rename|getattr)|do_fsync|__x64_sys_(fsync|fdatasync|pwrite64|pwritev2?|pread64|preadv2?|openat2?|open|close|fallocate|ftruncate|statx?|newfstat\w*|newlstat|newstat|rename\w*|unlink\w*|getdents64|mkdir\w*|fcntl|lseek)|file_(write_and_wait\w*|fdatawait\w*|update_time)|filemap_\w+|__filemap_\w+|generic_(perform_write|file_\w+|write_\w+)|do_writepages|write_cache_pages|writeback_\w+|wb_\w+|balance_dirty_pages\w*|folio_(mark_dirty|wait_\w+|end_writeback)|__folio_(mark_dirty|end_writeback|start_writeback)|fault_in_iov_iter_readable|path_(openat|lookupat)|link_path_walk|do_filp_open|do_sys_openat2|getname_\w+|step_into|walk_component|lookup_fast|d_\w+|__d_\w+|dput|iput|shmem_\w+|simple_(write|read)\w*|ksys_p(write|read)64|new_sync_write|pagecache_\w+|mark_page_accessed)$/,
  ],
  [
    'kernel-network',
    /^(tcp_\w+|__tcp_\w+|udp_\w+|ip_\w+|__ip_\w+|ip6_\w+|ipv6_\w+|inet6?_\w+|__inet_\w+|sock_\w+|__sock_\w+|sk_\w+|__sk_\w+|skb_\w+|__skb_\w+|alloc_skb\w*|__alloc_skb|kfree_skb\w*|__kfree_skb|napi_\w+|__napi_\w+|net_\w+|netif_\w+|__netif_\w+|dev_\w+|__dev_\w+|process_backlog|loopback_xmit|lock_sock_nested|release_sock|unix_\w+|nf_\w+|ipt_\w+|ep_\w+|do_epoll_wait|do_epoll_ctl|__x64_sys_epoll_(wait|pwait2?|ctl)|__x64_sys_(accept4?|connect|bind|listen|socket|shutdown|sendto|sendmsg|sendmmsg|recvfrom|recvmsg|recvmmsg|getsockopt|setsockopt)|__sys_(sendto|recvfrom|sendmsg|recvmsg|accept4|connect)|____sys_\w+|___sys_\w+|eth_\w+|qdisc_\w+|__qdisc_\w+|validate_xmit_skb\w*|packet_\w+|csum_partial\w*|copy_from_iter_\w*|simple_copy_to_iter|rfs_\w+|get_rps_cpu|bpf_skops\w*|rtnl_\w+)$/,
  ],
  [
    'kernel-scheduler',
    /^(schedule\w*|__schedule|preempt_schedule\w*|finish_task_switch|prepare_task_switch|try_to_wake_up|ttwu_\w+|wake_up_\w+|__wake_up\w*|default_wake_function|pick_(next_)?task\w*|pick_eevdf|(enqueue|dequeue)_(task|entity|entities)\w*|select_task_rq\w*|select_idle_\w+|update_(curr|load_avg|rq_clock|cfs_\w+)\w*|set_next_entity|put_prev_(entity|task)\w*|sched_\w+|__?x64_sys_(futex|nanosleep|clock_nanosleep|sched_yield|timerfd_settime|poll|ppoll)|do_futex|futex_\w+|__futex_\w+|hrtimer_\w+|__hrtimer_\w+|tick_\w+|__sysvec_\w+|sysvec_\w+|asm_sysvec_\w+|run_timer_\w+|call_timer_fn|rcu_core\w*|rcu_sched_clock_irq|reweight_entity|resched_curr\w*|native_write_msr|native_smp_send_reschedule|x2apic_send_IPI|kick_process|wait_for_completion\w*|ret_from_fork\w*|finish_wait|prepare_to_wait\w*|autoremove_wake_function|exit_to_user_mode_loop|load_balance|newidle_balance|nohz_\w+|psi_\w+|cpuacct_\w+|switch_mm\w*|switch_fpu\w*|__switch_to\w*|irqentry_\w+|irq_exit\w*|do_poll|do_sys_poll|task_tick\w*)$/,
  ],
  // A turn of soft interrupts: what it found to do has its own row, so here it is the interrupt itself.
  ['kernel-other', /^(handle_softirqs|__do_softirq|do_softirq|__local_bh_enable_ip|irq_exit_rcu)$/],
];

/** What the collector of V8 is called: a stack that holds one of these collects, whatever the leaf does. */
const COLLECTOR =
  /^(v8::internal::(Heap::(CollectGarbage|CollectAllGarbage|CollectAllAvailableGarbage|PerformGarbageCollection|Scavenge|MarkCompact\w*|MinorMarkCompact|FinalizeIncrementalMarking\w*|StartIncrementalMarking\w*|PerformIdleTimeAction|PreciseCollectAllGarbage)|Scavenger(Collector)?|ScavengeVisitor|RootScavengeVisitor|SemiSpaceNewSpace::Evacuate\w*|(Minor)?MarkCompactCollector(Base)?|MinorMarkSweepCollector|MarkingVisitorBase|MainMarkingVisitor|ConcurrentMarking|ConcurrentMarkingVisitor\w*|YoungGeneration\w*Marking\w*|IncrementalMarking(Job)?|MinorGCJob|ScavengeJob|Sweeper|ArrayBufferSweeper|Evacuator|FullEvacuator|PageEvacuationJob|PointersUpdatingJob|ClearStringTableJobItem|GCTracer|StressConcurrentAllocatorTask|MemoryAllocator::Unmapper|CollectionBarrier|WeakObjects|Marking(Barrier|Worklists)|GlobalHandles::(Process|IterateWeak|PostGarbage|InvokeFirstPass|UpdateListOfYoung)\w*)\b|cppgc::)/;
const COMPILER =
  /^(v8::internal::(compiler|turboshaft|maglev|baseline|interpreter|parsing|wasm)::|v8::internal::(OptimizingCompileDispatcher|OptimizedCompilationJob|UnoptimizedCompilationJob|Compiler|Deoptimizer|Parser(Base)?|ParserImpl|PreParser|Scanner|LazyCompileDispatcher|ConcurrentBaselineCompiler|TieringManager|Assembler|MacroAssembler|TurboAssembler|Runtime_(Compile\w*|NotifyDeoptimized|CompileOptimized\w*|InstallBaselineCode|BytecodeBudgetInterrupt\w*))\b)/;

/** Functions of C and C++: V8, Node, libuv, the C library. `v8::internal` itself has no row: what it does, it does for its caller. */
const NATIVE: readonly Rule[] = [
  ['gc', COLLECTOR],
  ['jit-compile', COMPILER],
  ['fs-sync', /^((__GI_|__libc_)?(fsync|fdatasync)|uv_fs_f(data)?sync|node::fs::F(data)?sync)$/i],
  [
    'fs-write',
    /^((__GI_|__libc_)*pwrite(v2?|64|64v2?)?|uv_fs_write|uv__fs_write\w*|node::fs::(Write\w*|FileHandle::Write\w*))$/,
  ],
  [
    'fs-read',
    /^((__GI_|__libc_)*pread(v2?|64|64v2?)?|uv_fs_read|uv__fs_read|node::fs::(Read\w*|FileHandle::Read\w*))$/,
  ],
  [
    'fs-other',
    /^(uv_fs_\w+|uv__fs_(?!event|poll)\w+|node::fs::|node::FSReq|(__GI_|__libc_)?(open(at)?(64)?|fallocate(64)?|posix_fallocate(64)?|ftruncate(64)?|f?l?stat(x|64)?|rename(at2?)?|unlink(at)?|mkdir(at)?|readdir(64)?)$)/,
  ],
  [
    'socket-read',
    /^(uv__read\w*|uv__udp_recvmsg|uv__server_io|uv__accept|(__libc_|__)?recv(msg|mmsg|from)?$|(__libc_)?accept4?$|node::LibuvStreamWrap::(OnUvRead|OnUvAlloc|ReadStart\w*)|node::EmitToJSStreamListener::|node::StreamBase::CallJSOnreadMethod|node::CustomBufferJSListener::|node::ConnectionWrap)/,
  ],
  [
    'socket-write',
    /^(uv_try_write2?$|uv_write2?$|uv__write\w*|uv__try_write|(__libc_|__)?send(msg|mmsg|to)?$|node::LibuvStreamWrap::(DoTryWrite|DoWrite|CreateWriteWrap|CreateShutdownWrap|OnUvAfterWrite|AfterUvWrite)|node::LibuvWriteWrap|node::StreamBase::(Write\w*|Shutdown\w*|AfterWrite|JSMethod)|node::(WriteWrap|SimpleWriteWrap|StreamReq|ReportWritesToJSStreamListener)|uv__stream_connect|node::TCPWrap|node::PipeWrap)/,
  ],
  ['socket-read', /^(uv__stream_io)$/],
  ['http', /^(llhttp_|llhttp__|node::(http2::)?\(anonymous namespace\)::(Parser|ConnectionsList)\b)/],
  [
    'crypto',
    /^(EVP_|SHA\d|sha\d+_|AES_|aes\w*_|BN_|SSL_|ssl3_|tls1?_|RAND_|OPENSSL_|node::crypto::|bn_\w+|ChaCha20|poly1305)/i,
  ],
  [
    'codec',
    /^((de|in)flate\w*$|crc32\w*$|adler32\w*$|node::zlib|node::\(anonymous namespace\)::Zlib|Brotli|ZSTD_|v8::internal::Json(Parser|Stringifier))/i,
  ],
  [
    'buffer',
    /^(node::(Buffer|StringBytes|encoding_binding|string_decoder|StringDecoder)\b|simdutf::|v8::String::(Write|Utf8)\w*|v8::internal::(String::(WriteToFlat|SlowFlatten|Flatten)|Utf8Decoder|Factory::NewStringFromUtf8|Utf8\w*)|simdjson::|node::\w*StringDecoder)/,
  ],
  [
    'thread-pool',
    /^(worker|uv__work_submit|uv_queue_work|post|uv_cond_wait|uv_sem_wait|uv_cond_timedwait|node::ThreadPoolWork::|uv__threadpool_\w+)$/,
  ],
  [
    'timers',
    /^(uv__run_timers|uv_timer_\w+|uv__next_timeout|timer_less_than|node::(Environment::(RunTimers|ScheduleTimer)|TimerWrap\w*)|uv__hrtime|uv_hrtime|uv_update_time|clock_gettime|__vdso_clock_gettime|__clock_gettime)/,
  ],
  [
    'telemetry',
    /^(node::(inspector|performance)::|v8_inspector::|v8::internal::(CpuProfiler|SamplingHeapProfiler|ProfilerListener|PerfBasicLogger|V8FileLogger|LogFile|Logger)|uv_metrics_\w+|node::IntervalHistogram|hdr_)/,
  ],
  [
    'compile',
    /^(node::(loader|contextify|builtins|ModuleWrap|binding)::|v8::internal::(Module|SourceTextModule|SyntheticModule)\b|dlopen|_dl_)/,
  ],
  [
    'event-loop',
    /^(uv_run|uv__io_poll|uv__io_\w+|uv__async_\w+|uv_async_\w+|uv__run_\w+|uv_(idle|check|prepare|immediate)_\w+|uv__work_done|uv__update_time|epoll_(p?wait2?|ctl)|__?epoll_\w+|node::(SpinEventLoop\w*|InternalMakeCallback|MakeCallback|InternalCallbackScope|AsyncWrap|Environment::(CheckImmediate|Run\w*)|PerIsolatePlatformData|NodePlatform|TickInfo|CallbackScope|async_hooks|\(anonymous namespace\)::TraceableTask)|v8::internal::(MicrotaskQueue|MicrotasksScope|Execution::TryRunMicrotasks|\(anonymous namespace\)::InvokeWithTryCatch)|v8::MicrotasksScope|pthread_cond_signal)/,
  ],
  [
    'malloc',
    /^((__libc_|__GI_|_?_int_|__)?(malloc|free|calloc|realloc|memalign|posix_memalign|aligned_alloc)(_consolidate|_hook_ini|_trim)?|_int_(malloc|free|realloc|memalign)\w*|cfree|malloc_consolidate|unlink_chunk|sysmalloc|systrim|tcache_\w+|operator (new|delete)(\[\])?|arena_get\w*|madvise|__madvise|mmap(64)?|__mmap(64)?|munmap|__munmap|brk|sbrk|__brk|__sbrk|mprotect|__mprotect)$/,
  ],
];

/** V8's builtins are JavaScript by another name, but for those that dispatch. */
const BUILTIN: readonly Rule[] = [
  [
    'event-loop',
    /^(RunMicrotasks|EnqueueMicrotask|Promise\w*|\w*Promise\w*|Async\w+|Await\w*|ResumeGenerator\w*)$/,
  ],
  [
    'jit-compile',
    /^(CompileLazy\w*|InstantiateAsmJs|InterpreterOnStackReplacement\w*|BaselineOnStackReplacement\w*|DeoptimizationEntry\w*)$/,
  ],
  [
    'buffer',
    /^(TypedArray\w*|ArrayBuffer\w*|DataView\w*|StringPrototype\w*|StringAdd\w*|StringEqual|StringSubstring|StringIndexOf)$/,
  ],
  ['codec', /^Json\w*$/],
];

export function kernelMechanism(symbol: string): Mechanism | null {
  return find(KERNEL, symbol);
}

export function nativeMechanism(symbol: string): Mechanism | null {
  return find(NATIVE, symbol);
}

export function builtinMechanism(name: string): Mechanism | null {
  return find(BUILTIN, name);
}

/**
 * A symbol without what compilers and versions of perf add: parameters, clones (`.isra.0`), versions of the C library.
 * `node::fs::Open(v8::FunctionCallbackInfo<v8::Value> const&)` -> `node::fs::Open`.
 */
export function plainSymbol(symbol: string): string {
  const bare = symbol
    .replace(/^(non-virtual|virtual) thunk to /, '')
    .replace(/@@?(GLIBC|plt|GLIBCXX|LIB)[\w.]*$/, '')
    .replace(/(\.(isra|constprop|part|cold|llvm|lto_priv)(\.\d+)?)+$/, '');
  const at = parameterList(bare);
  return (at < 0 ? bare : bare.slice(0, at)).trim() || symbol;
}

/** Where the parameters begin; -1 for none. Brackets of an anonymous namespace, of a template and of `operator()` are part of the name. */
function parameterList(name: string): number {
  let depth = 0;
  for (let at = 0; at < name.length; at += 1) {
    const character = name[at];
    if (character === '<') depth += 1;
    else if (character === '>') depth = Math.max(0, depth - 1);
    else if (character === '(' && depth === 0 && at > 0) {
      if (name.startsWith('(anonymous', at) || name.startsWith('()', at)) {
        at = name.indexOf(')', at);
        if (at < 0) return -1;
        continue;
      }
      return at;
    }
  }
  return -1;
}

function find(rules: readonly Rule[], symbol: string): Mechanism | null {
  return rules.find(([, pattern]) => pattern.test(symbol))?.[0] ?? null;
}
