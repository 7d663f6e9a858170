import type { Logger } from '../../ports/logger.js';
import { readSecret, unusable } from './secret-file.js';

/** A line of a token file. */
export interface Token {
  readonly role: 'read' | 'write' | 'admin';
  readonly token: string;
}

export const tokenCharactersMin = 16;
export const tokenCharactersMax = 512;
const tokensMax = 1_000;
const line = /^(read|write|admin)[ \t]+([\x21-\x7e]+)$/;

/**
 * Tokens of a file: a line each, `role token`. Empty lines and lines that begin with `#` do not count.
 * @throws StrataError STRATA_SECRET_UNREADABLE naming field, path and line, never what stands there
 */
export function readTokens(field: string, path: string, logger: Logger): readonly Token[] {
  return parseTokens(field, path, readSecret(field, path, logger));
}

/** The bytes of a token file, which were read from `path`. */
export function parseTokens(field: string, path: string, bytes: Buffer): readonly Token[] {
  const text = bytes.toString('utf8');
  const tokens: Token[] = [];
  const seen = new Set<string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const fault = (reason: string): Error => unusable(field, path, `line ${index + 1} ${reason}`);
    const match = line.exec(content);
    if (match === null)
      throw fault('must be a role (read, write, admin), a space and a token without spaces');
    const token = match[2]!;
    if (token.length < tokenCharactersMin) throw fault(`has a token below ${tokenCharactersMin} characters`);
    if (token.length > tokenCharactersMax) throw fault(`has a token above ${tokenCharactersMax} characters`);
    if (seen.has(token)) throw fault('repeats a token');
    seen.add(token);
    tokens.push({ role: match[1] as Token['role'], token });
    if (tokens.length > tokensMax) throw fault(`is one too many; the limit is ${tokensMax} tokens`);
  }
  if (tokens.length === 0) throw unusable(field, path, 'it holds no token');
  return tokens;
}
