/** Tries to take a lock, says whether it got it, keeps it until told to end: `lock-taker.js PATH`. */
import { acquireLock } from '../lock-file.js';

process.once('message', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
let answer = 'taken';
try {
  acquireLock(process.argv[2]!);
} catch (error) {
  answer = (error as { code?: string }).code ?? String(error);
}
process.send!(answer);
