import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeConfigInput } from '../../server/config/config.js';

const KIB = 1024;
const DISK_BYTES = 24 * 1024 * KIB;
/** A small segment is full soon, and the next one is what a full disk refuses. */
const SEGMENT_BYTES = 64 * KIB;
const READY_TIMEOUT_MS = 3_000;

/**
 * A file system of its own that can really be full. It lives in a mount namespace that a helper process keeps: when this process ends, however it
 * does, the helper's standard input ends, the helper with it, and the file system with the last node.
 */
export class SmallDisk {
  readonly #helper: ChildProcess;
  readonly #path: string;

  private constructor(helper: ChildProcess, path: string) {
    this.#helper = helper;
    this.#path = path;
  }

  /** Null when this machine does not let one mount. */
  static async make(path: string): Promise<SmallDisk | null> {
    mkdirSync(path, { recursive: true });
    const script = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && echo ready && exec cat >/dev/null';
    const helper = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', String(DISK_BYTES), path], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Ctrl-C at the terminal must not take the disk away before the nodes are stopped.
      detached: true,
    });
    const ready = await Promise.race([
      once(helper.stdout!, 'data').then(() => true),
      once(helper, 'exit').then(() => false),
      once(helper, 'error').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(resolve, READY_TIMEOUT_MS, false)),
    ]);
    const disk = new SmallDisk(helper, path);
    if (ready) return disk;
    disk.close();
    return null;
  }

  /** In front of a node's command: enters the namespace and becomes the node. */
  get wrapper(): readonly string[] {
    return ['nsenter', `--mount=/proc/${this.#helper.pid}/ns/mnt`, '--'];
  }

  house(config: NodeConfigInput): NodeConfigInput {
    return {
      ...config,
      dataDir: join(this.#path, 'data'),
      log: { ...config.log, segmentBytes: SEGMENT_BYTES },
    };
  }

  /** Takes every byte that is left. */
  async fill(): Promise<void> {
    const file = await open(this.#filler, 'a');
    try {
      for (const size of [256 * KIB, 4 * KIB, 1]) {
        const piece = Buffer.alloc(size, 'x');
        while ((await file.write(piece).catch(() => ({ bytesWritten: 0 }))).bytesWritten === size);
      }
    } finally {
      await file.close();
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Saves what is on it: it is gone with the last node. */
  salvage(to: string): void {
    cpSync(join(this.#seen, 'data'), to, { recursive: true });
  }

  close(): void {
    this.#helper.stdin?.destroy();
    this.#helper.kill('SIGKILL');
  }

  /** The file system as it is seen from outside its namespace. */
  get #seen(): string {
    return `/proc/${this.#helper.pid}/root${this.#path}`;
  }

  get #filler(): string {
    return join(this.#seen, 'filler');
  }
}
