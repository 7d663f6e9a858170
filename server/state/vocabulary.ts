/**
 * The vocabulary of the state machine: what may be asked of it and what it answers. Types only, so that every layer may speak it.
 * `command-codec.ts` says how a command looks in the log.
 */

/**
 * A value as the store keeps it: up to `INLINE_VALUE_BYTES_MAX` bytes as a string of one Latin-1 character per byte, above as bytes of its own.
 * A string has no pointers for the garbage collector to follow, takes a third of the memory of a typed array, and leaves in an answer
 * without a copy. Never write to the bytes.
 */
export type Value = string | Uint8Array;

/** Milliseconds until a key expires; `keep`: as it is; null: never. */
export type Ttl = number | 'keep' | null;

export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'exists' }
  /** The key exists and its last write has this revision. */
  | { readonly kind: 'revision'; readonly revision: number }
  /** True unless the key exists with this revision. */
  | { readonly kind: 'not-revision'; readonly revision: number };

/** One step of a command. Keys and values are bytes; 1 to `limits.keyBytesMax` and 0 to `limits.valueBytesMax`, checked before they come here. */
export type Op =
  | {
      readonly kind: 'put';
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly ttl: Ttl;
      readonly condition: Condition | null;
      /** Answer with the value before. */
      readonly returnPrevious: boolean;
    }
  | {
      readonly kind: 'delete';
      readonly key: Uint8Array;
      readonly condition: Condition | null;
      readonly returnPrevious: boolean;
    }
  /** Adds to a decimal 64-bit integer; an absent key counts as 0 and the TTL stays. Answers with the new value. */
  | { readonly kind: 'increment'; readonly key: Uint8Array; readonly delta: bigint }
  /** Appends to the value, which may be absent; the TTL stays. Answers with the new length in `count`. */
  | { readonly kind: 'append'; readonly key: Uint8Array; readonly value: Uint8Array }
  /** Sets (milliseconds from now; 0 or less deletes) or removes (null) the TTL of an existing key. */
  | { readonly kind: 'expire'; readonly key: Uint8Array; readonly ttlMs: number | null }
  /** A read at this point of a transaction. */
  | { readonly kind: 'get'; readonly key: Uint8Array };

export type OpKind = Op['kind'];

/** One comparison of a transaction. An absent key has revision 0, create revision 0 and equals no value. */
export type Compare =
  | {
      readonly target: 'value';
      readonly key: Uint8Array;
      readonly relation: Relation;
      readonly value: Uint8Array;
    }
  | {
      readonly target: 'revision' | 'createRevision';
      readonly key: Uint8Array;
      readonly relation: Relation;
      readonly revision: number;
    }
  | { readonly target: 'exists'; readonly key: Uint8Array; readonly exists: boolean };

export type Relation = '=' | '!=' | '<' | '>';

/**
 * Who asks and the how-manieth request it is: a request that comes twice is applied once and answered alike (Ongaro's thesis §6.3).
 * Sequence numbers are positive integers, chosen by the client, each used for one request only; they need not be dense.
 */
export interface SessionRef {
  /** From `open-session`. */
  readonly session: number;
  readonly sequence: number;
}

/** What a log entry asks of the state machine. All of it takes effect at once or, where a condition of a transaction fails, the other half of it. */
export type Command =
  /** Steps in order. A step whose own condition fails changes nothing; the others go on. */
  | { readonly kind: 'batch'; readonly ops: readonly Op[]; readonly session: SessionRef | null }
  | {
      readonly kind: 'txn';
      /** All must hold for `success`, else `failure` is done. */
      readonly compares: readonly Compare[];
      readonly success: readonly Op[];
      readonly failure: readonly Op[];
      readonly session: SessionRef | null;
    }
  /** Answers with the number of a new session. The least recently used one ends when there are too many. */
  | { readonly kind: 'open-session' }
  /** Ends what is due at the time that the command carries. Proposed by the leader. */
  | { readonly kind: 'expire-due' }
  /** The identity of a member's data directory, so that a wiped one is recognised. Proposed by the leader. */
  | { readonly kind: 'register-storage'; readonly node: number; readonly storageId: string };

/** `too-large`: the value would exceed `valueBytesMax`, or an answer of many values 16 MiB. The step changed nothing then. */
export type OpStatus = 'ok' | 'condition-failed' | 'not-an-integer' | 'overflow' | 'too-large';

export interface OpResult {
  readonly status: OpStatus;
  /** put: created. delete: existed. expire: existed. increment, append: true. get: false. False whenever the status is not `ok`. */
  readonly changed: boolean;
  /** get: the value. put, delete with `returnPrevious`: the one before. increment: the new one. Else, and when there is none, null. */
  readonly value: Value | null;
  /** Of the key after the step; 0 when it does not exist. */
  readonly revision: number;
  /** append: length in bytes. expire: 1 when the key had a TTL before. Else 0. */
  readonly count: number;
}

export interface CommandResult {
  /** The store's revision after the command: grows by one with every command that changed something. */
  readonly revision: number;
  /** txn: whether the comparisons held. register-storage: whether this identity is the member's. With a session fault false. Else true. */
  readonly succeeded: boolean;
  readonly results: readonly OpResult[];
  /** open-session: its number, else 0. */
  readonly session: number;
  /** `expired`: the session is not known (any more); `stale`: its answer is not kept any more. Nothing was applied then. */
  readonly sessionFault: 'expired' | 'stale' | null;
}

export type Query =
  /** Keys in [start, end), bytewise. `end` null: to the last key. */
  | {
      readonly kind: 'range';
      readonly start: Uint8Array;
      readonly end: Uint8Array | null;
      readonly limit: number;
      /** An answer holds at least one item and no more than these bytes of keys and values. */
      readonly bytesMax: number;
      readonly keysOnly: boolean;
    }
  /** These keys; an item per key, in order, absent ones included. */
  | { readonly kind: 'many'; readonly keys: readonly Uint8Array[] }
  /** The number of keys, in `count`. */
  | { readonly kind: 'size' };

export interface Item {
  readonly key: Uint8Array;
  /** Null: absent, or keys only were asked for (then `revision` > 0). */
  readonly value: Value | null;
  readonly revision: number;
  readonly createRevision: number;
  /** Milliseconds left, at least 1; null when the key does not expire. */
  readonly ttlMs: number | null;
}

export interface QueryResult {
  /** The store's revision, and the log index it was read at. */
  readonly revision: number;
  readonly appliedIndex: number;
  readonly items: readonly Item[];
  /** A range went on behind the last item. */
  readonly more: boolean;
  /** range: items. many: keys that exist. size: keys in the store. */
  readonly count: number;
}

/** One change of one key, as a watch tells it. */
export interface ChangeEvent {
  readonly type: 'put' | 'delete' | 'expire';
  readonly key: Uint8Array;
  /** Null unless `put`. */
  readonly value: Value | null;
  /** Events of one command share it. */
  readonly revision: number;
}

/** A member as the replicated state knows it. */
export interface MemberRecord {
  readonly id: number;
  readonly host: string;
  readonly peerPort: number;
  readonly httpPort: number;
  /** 0 for none. */
  readonly respPort: number;
  /** Identity of its data directory; empty until it is registered. */
  readonly storageId: string;
}
