import { Option } from 'commander';

export function primitiveOption(): Option {
  return new Option('--primitive <call>', 'how a sync is done')
    .choices(['fdatasync', 'fsync', 'dsync'])
    .default('fdatasync');
}
