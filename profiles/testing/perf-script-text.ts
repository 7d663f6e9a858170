/** What `perf script` of 6.1 printed for four samples of a node at work; the project's folder is called /strata here. */
export const PERF_SCRIPT = `node 28379/28379 34742.864669:    2004008 cpu-clock:ppp: 
	ffffffff82203249 _raw_spin_unlock_irqrestore ([kernel.kallsyms])
	ffffffff813aa8b0 try_to_wake_up ([kernel.kallsyms])
	ffffffff81440d5a futex_wake ([kernel.kallsyms])
	ffffffff821ef691 do_syscall_64 ([kernel.kallsyms])
	           86193 __GI___lll_lock_wake (/usr/lib/x86_64-linux-gnu/libc.so.6)
	         14b2ce5 uv_fs_write (/usr/bin/node)
	          8c39c6 node::fs::WriteBuffer (/usr/bin/node)
	          b5144d v8::internal::(anonymous namespace)::HandleApiCallHelper<false> (/usr/bin/node)
	         155e376 Builtins_CEntry_Return1_ArgvOnStack_BuiltinExit (/usr/bin/node)
	    7faf7815edb9 JS:~ /strata/node_modules/pino/lib/levels.js:42:49 (/tmp/perf-28379.map)
	    7faf7815e1d0 JS:^write file:///strata/dist/server/io/node-file-system.js:72:10 (/tmp/perf-28379.map)
	    7faf784174bc JS:^#write file:///strata/dist/server/log/batch-write.js:57:11 (/tmp/perf-28379.map)
	    7faf784a2028 JS:* file:///strata/dist/server/runtime/node-loop.js:38:27 (/tmp/perf-28379.map)
	    7faf78449454 JS:*processImmediate node:internal/timers:438:28 (/tmp/perf-28379.map)
	         14ce0dc Builtins_JSEntryTrampoline (/usr/bin/node)
	         14ac92c uv_run (/usr/bin/node)
	          86853f node::Start (/usr/bin/node)
	           2724a __libc_start_call_main (/usr/lib/x86_64-linux-gnu/libc.so.6)

node 28379/28387 34743.197898:    2004008 cpu-clock:ppp: 
	ffffffff8140270e __rcu_read_lock ([kernel.kallsyms])
	ffffffff81b0501f blk_mq_run_hw_queue ([kernel.kallsyms])
	ffffffff817aca25 ext4_fsync_nojournal.constprop.0 ([kernel.kallsyms])
	ffffffff81711bbb do_fsync ([kernel.kallsyms])
	ffffffff821ef691 do_syscall_64 ([kernel.kallsyms])
	           fed0a fdatasync (/usr/lib/x86_64-linux-gnu/libc.so.6)
	         14a7b40 worker (/usr/bin/node)
	           891f5 start_thread (/usr/lib/x86_64-linux-gnu/libc.so.6)

node 28379/28383 34743.116836:    2004008 cpu-clock:ppp: 
	          ca02a1 v8::internal::MarkingVisitorBase<v8::internal::ConcurrentMarkingVisitor, v8::internal::ConcurrentMarkingState>::ProcessStrongHeapObject<v8::internal::FullHeapObjectSlot> (/usr/bin/node)
	          ca79ed v8::internal::ConcurrentMarking::JobTaskMajor::Run (/usr/bin/node)
	          932ce1 node::(anonymous namespace)::PlatformWorkerThread (/usr/bin/node)
	           891f5 start_thread (/usr/lib/x86_64-linux-gnu/libc.so.6)

node 28379/28379 34743.006403:    2004008 cpu-clock:ppp: 
	           97c24 _int_malloc (/usr/lib/x86_64-linux-gnu/libc.so.6)
	               1 [unknown] ([unknown])

`;

/** The same code twice at one address: what perf takes for a function of pino had long become the write of node:fs. */
export const PERF_MAP = `7faf7815ea80 378 JS:~ /strata/node_modules/pino/lib/levels.js:42:49
7faf7815e580 be0 JS:^write node:fs:821:15
7faf7815e100 200 JS:^write file:///strata/dist/server/io/node-file-system.js:72:10
7faf78417400 200 JS:^#write file:///strata/dist/server/log/batch-write.js:57:11
7faf784a2000 200 JS:* file:///strata/dist/server/runtime/node-loop.js:38:27
7faf78449400 200 JS:*processImmediate node:internal/timers:438:28
`;

/** What `perf trace -s` of 6.1 left of the same node. */
export const TRACE_SUMMARY = `
 Summary of events:

 node (12308), 59517 events, 89.7%

   syscall            calls  errors  total       min       avg       max       stddev
                                     (msec)    (msec)    (msec)    (msec)        (%)
   --------------- --------  ------ -------- --------- --------- ---------     ------
   writev             11335      0   285.875     0.015     0.025     0.883      0.60%
   futex               1191      8    48.310     0.010     0.041    10.896     25.34%
   write               2148      0    72.549     0.011     0.034     0.173      0.91%


 V8 Worker (12325), 248 events, 0.4%

   syscall            calls  errors  total       min       avg       max       stddev
                                     (msec)    (msec)    (msec)    (msec)        (%)
   --------------- --------  ------ -------- --------- --------- ---------     ------
   futex                104      4  2782.480     0.000    26.755   298.479     22.74%
   write                  4      0     0.109     0.017     0.027     0.051     29.72%


 node (12331), 1210 events, 1.8%

   syscall            calls  errors  total       min       avg       max       stddev
                                     (msec)    (msec)    (msec)    (msec)        (%)
   --------------- --------  ------ -------- --------- --------- ---------     ------
   futex                310      0  3071.390     0.000     9.908   101.479     22.74%
   fdatasync             91      0    98.279     0.118     1.080    22.684      5.10%


`;
