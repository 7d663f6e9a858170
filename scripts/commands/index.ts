import type { Command } from 'commander';

/** In the order of the help. Loaded when it is named: together they take three times as long to start as one of them. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up.js')).upCommand(),
  serve: async () => (await import('./serve.js')).serveCommand(),
  member: async () => (await import('./member.js')).memberCommand(),
  backup: async () => (await import('./backup.js')).backupCommand(),
  restore: async () => (await import('./restore.js')).restoreCommand(),
  wal: async () => (await import('./wal.js')).walCommand(),
  load: async () => (await import('./load.js')).loadCommand(),
  sweep: async () => (await import('./sweep.js')).sweepCommand(),
  fsync: async () => (await import('./fsync.js')).fsyncCommand(),
  lab: async () => (await import('./lab.js')).labCommand(),
  profile: async () => (await import('./profile.js')).profileCommand(),
  nemesis: async () => (await import('./nemesis.js')).nemesisCommand(),
  repeat: async () => (await import('./repeat.js')).repeatCommand(),
  report: async () => (await import('./report.js')).reportCommand(),
  compare: async () => (await import('./compare.js')).compareCommand(),
  rules: async () => (await import('./rules.js')).rulesCommand(),
  flame: async () => (await import('./flame.js')).flameCommand(),
  sim: async () => (await import('./sim.js')).simCommand(),
  check: async () => (await import('./check.js')).checkCommand(),
  analyze: async () => (await import('./analyze.js')).analyzeCommand(),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
};
