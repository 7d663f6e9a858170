import { z } from 'zod';

/**
 * One line of a history file (JSON lines), as `strata check` reads it. A client (`process`) has one operation under way at a time: an `invoke`
 * and its completion. `ok` took effect, `fail` certainly did not, `info` or a missing completion may take effect at any later time; whoever goes on after an
 * `info` does best under a new process number, since its operation never ended.
 *
 * f        value at invoke          value at ok
 * read     null                     the value, null for absent
 * write    the value                the same
 * cas      [expected, new]          the same (took effect); a `fail` means that `expected` was not there, or that it was not tried
 * get      null                     the value, null for absent
 * put      the value                the same
 * append   what is appended         the same, or the whole value after it where the system tells
 *
 * Writing null removes the value. What is appended is a string; appended to an absent value it is the value. An `ok` of append with exactly what was
 * appended tells nothing about the whole. Values are equal when they are as JSON: 1 is not "1", and the order of an object's members says nothing.
 * The lines of one process are in the order of their times; lines of different processes may be mixed in any way. The value at `fail` and `info` is
 * not looked at.
 *
 * A missing `value` is null and a missing `key` the empty one, as recorders of a single register leave them out; a write, cas or append may leave its value
 * out at `ok`. Fields that are not named here, such as Jepsen's `index` and `error`, are ignored.
 */
export const historyEventSchema = z.object({
  process: z.int().min(0),
  type: z.enum(['invoke', 'ok', 'fail', 'info']),
  f: z.enum(['read', 'write', 'cas', 'get', 'put', 'append']),
  key: z.string().default(''),
  value: z.json().default(null),
  /** Nanoseconds from any zero that all processes share. */
  time: z.number().min(0),
});

export type HistoryEvent = z.infer<typeof historyEventSchema>;
