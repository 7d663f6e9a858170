import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LayerName, ThreadKind } from '../../results/schema/index.js';
import { placeOf } from './code-place.js';
import type { Mechanism } from './mechanism.js';
import { type MixedFrame, mixedMechanism, mixedOwner, nativeFrame, threadOf } from './mixed-stack.js';
import { plainSymbol } from './native-rules.js';

/** `k:` kernel, `n:` native, `b:` builtin, `?` without a name, `server/…#name`, `node:…#name`, `/…#name` JavaScript. */
function stackOf(text: string): MixedFrame[] {
  return text.split(' < ').map((word) => {
    if (word === '?') return nativeFrame('unknown', '[unknown]');
    if (/^[knb]:/.test(word)) {
      const kind = ({ k: 'kernel', n: 'native', b: 'builtin' } as const)[word[0] as 'k' | 'n' | 'b'];
      return nativeFrame(kind, word.slice(2));
    }
    const [file, name] = word.split('#') as [string, string];
    const url = file.startsWith('server/') ? `file:///x/dist/${file}` : file;
    return { kind: 'js', place: placeOf({ functionName: name, url, lineNumber: 4 }), mechanism: null };
  });
}

const ROOT =
  'n:node::MakeCallback < n:uv__run_check < n:uv_run < n:node::SpinEventLoopInternal < n:node::Start';
const HTTP =
  'n:llhttp__internal_execute < n:node::(anonymous namespace)::Parser::Execute < n:uv__read < n:uv__io_poll < n:uv_run';

const CASES: readonly (readonly [string, ThreadKind, LayerName, Mechanism])[] = [
  // JavaScript decides, in whatever the leaf is.
  [`server/log/wal.js#append < server/runtime/loop.js#drain < ${ROOT}`, 'main', 'log', 'js'],
  [`server/log/crc.js#crc < server/log/wal.js#append < ${ROOT}`, 'main', 'log', 'codec'],
  [
    `k:copy_user_generic < k:tcp_sendmsg < n:__libc_write < n:uv_try_write < server/network/http/x.js#send < ${ROOT}`,
    'main',
    'network',
    'kernel-network',
  ],
  [
    `k:try_to_wake_up < k:futex_wake < n:uv_fs_write < n:node::fs::WriteBuffer < node:fs#write < server/log/wal.js#append < ${ROOT}`,
    'main',
    'log',
    'kernel-scheduler',
  ],
  [
    `k:submit_bio_wait < k:ext4_sync_file < k:do_fsync < n:fdatasync < n:uv_fs_fdatasync < node:fs#fdatasyncSync < server/io/disk.js#sync < ${ROOT}`,
    'main',
    'io',
    'kernel-block',
  ],
  [
    `n:v8::internal::JSObject::MigrateToMap < b:KeyedStoreIC < server/state/store.js#put < ${ROOT}`,
    'main',
    'state',
    'js',
  ],
  [
    `n:v8::internal::Compiler::Compile < n:v8::internal::Runtime_CompileLazy < server/state/store.js#put < ${ROOT}`,
    'main',
    'state',
    'jit-compile',
  ],
  [
    `b:PromiseFulfillReactionJob < b:RunMicrotasks < node:internal/process/task_queues#processTicksAndRejections < ${ROOT}`,
    'main',
    'runtime',
    'event-loop',
  ],
  [`n:node::StreamBase::WriteBuffer < node:net#_write < ${ROOT}`, 'main', 'network', 'socket-write'],
  [`/opt/app/index.js#serve < ${ROOT}`, 'main', 'unattributed', 'js'],
  // The collector, in JavaScript that allocates, by itself, and on its helpers.
  [
    `n:v8::internal::Scavenger::Process < n:v8::internal::Heap::CollectGarbage < server/state/store.js#put < ${ROOT}`,
    'main',
    'gc',
    'gc',
  ],
  [
    `k:clear_page_erms < k:handle_mm_fault < n:v8::internal::Heap::Scavenge < ${ROOT}`,
    'main',
    'gc',
    'kernel-memory',
  ],
  [
    'n:malloc < n:v8::internal::ConcurrentMarking::JobTaskMajor::Run < n:start_thread',
    'platform',
    'gc',
    'gc',
  ],
  [
    'n:v8::internal::compiler::PipelineImpl::OptimizeGraph < n:start_thread',
    'platform',
    'runtime',
    'jit-compile',
  ],
  // No JavaScript: functions that serve one layer, the nearest first.
  [HTTP, 'main', 'network', 'http'],
  [`n:malloc < ${HTTP}`, 'main', 'network', 'malloc'],
  [
    `b:JSEntry < n:v8::internal::Execution::Call < n:node::MakeCallback < ${HTTP}`,
    'main',
    'network',
    'event-loop',
  ],
  [`n:node::FSReqCallback::Resolve < n:uv__work_done < ${ROOT}`, 'main', 'io', 'fs-other'],
  [ROOT, 'main', 'runtime', 'event-loop'],
  // The kernel by itself.
  [
    'k:sock_poll < k:ep_item_poll < k:do_epoll_wait < k:do_syscall_64 < n:epoll_pwait',
    'main',
    'network',
    'kernel-network',
  ],
  [
    'k:__schedule < k:schedule < k:do_epoll_wait < k:do_syscall_64 < n:epoll_pwait',
    'main',
    'runtime',
    'kernel-scheduler',
  ],
  ['k:do_syscall_64 < k:entry_SYSCALL_64_after_hwframe < n:epoll_pwait', 'main', 'runtime', 'kernel-other'],
  ['k:jbd2_journal_commit_transaction', 'other', 'io', 'kernel-filesystem'],
  // The pool is the way to the disk, except where it does sums for somebody.
  ['k:__schedule < k:futex_wait < n:__futex_abstimed_wait_common', 'pool', 'io', 'kernel-scheduler'],
  ['k:virtio_queue_rq < k:do_fsync < n:fdatasync < n:worker < n:start_thread', 'pool', 'io', 'kernel-block'],
  ['n:pthread_mutex_lock < n:worker < n:start_thread', 'pool', 'io', 'thread-pool'],
  ['n:SHA256_Update < n:EVP_DigestUpdate < n:worker', 'pool', 'unattributed', 'crypto'],
  // Nobody can say.
  ['n:_int_malloc < ?', 'main', 'unattributed', 'malloc'],
  ['n:_int_malloc', 'main', 'unattributed', 'malloc'],
  ['?', 'main', 'unattributed', 'other'],
  [`? < ${HTTP}`, 'main', 'unattributed', 'other'],
];

describe('a stack through JavaScript, C++ and the kernel', () => {
  for (const [text, thread, layer, mechanism] of CASES) {
    it(`${thread}: ${text.slice(0, 90)} is ${layer}, ${mechanism}`, () => {
      const stack = stackOf(text);
      assert.deepEqual([mixedOwner(stack, thread), mixedMechanism(stack, thread)], [layer, mechanism]);
    });
  }
  it('may be empty', () => {
    assert.deepEqual([mixedOwner([], 'main'), mixedMechanism([], 'main')], ['unattributed', 'other']);
  });
});

describe('threadOf', () => {
  const told = (text: string) => threadOf(stackOf(text));
  it('tells threads by the bottom of their stacks', () => {
    assert.equal(told(ROOT), 'main');
    assert.equal(told('n:fdatasync < n:worker < n:start_thread'), 'pool');
    assert.equal(
      told('n:malloc < n:node::(anonymous namespace)::PlatformWorkerThread < n:start_thread'),
      'platform',
    );
    assert.equal(told(`server/log/wal.js#append < n:node::worker::Worker::Run < n:start_thread`), 'worker');
    assert.equal(told('n:uv_run < n:node::inspector::InspectorIo::ThreadMain < n:start_thread'), 'other');
    assert.equal(told('k:__schedule < n:__futex_abstimed_wait_common'), null);
    assert.equal(told('n:worker_pool_init < n:start_thread'), null);
  });
});

describe('plainSymbol', () => {
  it('leaves out what compilers and versions of perf add', () => {
    for (const [symbol, plain] of [
      ['node::fs::Open(v8::FunctionCallbackInfo<v8::Value> const&)', 'node::fs::Open'],
      [
        'non-virtual thunk to node::(anonymous namespace)::Parser::OnStreamRead(long, uv_buf_t const&)',
        'node::(anonymous namespace)::Parser::OnStreamRead',
      ],
      ['finish_task_switch.isra.0', 'finish_task_switch'],
      ['uv__async_io.part.0', 'uv__async_io'],
      ['cfree@GLIBC_2.2.5', 'cfree'],
      ['pthread_cond_signal@@GLIBC_2.3.2', 'pthread_cond_signal'],
      ['std::function<void (int)>::operator()(int) const', 'std::function<void (int)>::operator()'],
      ['operator delete(void*)', 'operator delete'],
      ['worker', 'worker'],
      ['(', '('],
      ['', ''],
    ] as const)
      assert.equal(plainSymbol(symbol), plain);
  });
});
