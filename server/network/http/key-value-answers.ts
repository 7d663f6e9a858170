import type { ServerResponse } from 'node:http';
import { StrataError } from '../../errors.js';
import type { Consistency, ReadResult } from '../../ports/key-value-service.js';
import type { CommandResult, Op } from '../../state/vocabulary.js';
import type { RouteTools } from './exchange.js';
import type { Replier } from './replier.js';
import { matches, type ReadTerms } from './write-terms.js';

/** A value up to this size leaves as one string with the head: one write, no vector of two. */
const textBodyBytesMax = 4_096;

/** What `/kv/{key}` answers when the service has answered. */
export class KeyValueAnswers {
  readonly #replier: Replier;
  readonly #valueBytesMax: number;

  constructor({ replier, limits }: RouteTools) {
    this.#replier = replier;
    this.#valueBytesMax = limits.valueBytesMax;
  }

  found(
    response: ServerResponse,
    result: ReadResult,
    consistency: Consistency,
    terms: ReadTerms | null,
  ): void {
    const replier = this.#replier;
    const { value, revision, ttlMs } = result;
    const headers: string[] = [];
    if (consistency !== 'linearizable') headers.push('X-Strata-Applied-Index', String(result.appliedIndex));
    if (terms !== null && terms.match !== null && !matches(terms.match, revision)) {
      if (revision > 0) headers.push('ETag', `"${revision}"`);
      replier.error(response, new StrataError('STRATA_CONDITION_FAILED', { actual: revision }), headers);
      return;
    }
    if (value === null) {
      replier.notFound(response, headers);
      return;
    }
    headers.push('ETag', `"${revision}"`);
    if (terms !== null && terms.noneMatch !== null && matches(terms.noneMatch, revision)) {
      replier.notModified(response, headers);
      return;
    }
    headers.push('Content-Type', 'application/octet-stream');
    if (ttlMs !== null) headers.push('X-Strata-TTL-Ms', String(ttlMs));
    const asText = typeof value !== 'string' && value.length <= textBodyBytesMax;
    const body = asText
      ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
      : value;
    replier.send(response, 200, headers, body);
  }

  written(response: ServerResponse, op: Op, { revision: storeRevision, results }: CommandResult): void {
    const replier = this.#replier;
    const { status, revision, changed } = results[0]!;
    if (status === 'ok') {
      if (op.kind === 'put') this.stored(response, revision, changed);
      else this.deleted(response, storeRevision, changed);
    } else if (status === 'condition-failed') {
      const headers = revision > 0 ? ['ETag', `"${revision}"`] : [];
      replier.error(response, new StrataError('STRATA_CONDITION_FAILED', { actual: revision }), headers);
    } else {
      const actual = op.kind === 'put' ? op.value.length : 0;
      replier.error(
        response,
        new StrataError('STRATA_VALUE_TOO_LARGE', { actual, limit: this.#valueBytesMax }),
      );
    }
  }

  stored(response: ServerResponse, revision: number, created: boolean): void {
    this.#replier.send(
      response,
      created ? 201 : 200,
      ['Content-Type', 'application/json', 'ETag', `"${revision}"`],
      `{"revision":${revision}}`,
    );
  }

  deleted(response: ServerResponse, revision: number, existed: boolean): void {
    this.#replier.send(
      response,
      200,
      ['Content-Type', 'application/json', 'ETag', `"${revision}"`],
      `{"revision":${revision},"deleted":${existed}}`,
    );
  }
}
