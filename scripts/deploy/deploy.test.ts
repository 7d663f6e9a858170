import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type NodeConfig, parseNodeConfig } from '../../server/config/config.js';
import { dashboard, ROWS } from '../lib/dashboard.js';
import { projectRoot } from '../lib/project-root.js';

const FOLDER = join(projectRoot(), 'scripts', 'deploy');

/** As much of a manifest as the tests look at. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly resources?: readonly string[];
  readonly data?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is what Kubernetes says it is; each test names what it reads.
  readonly spec: any;
}

const manifests = readdirSync(join(FOLDER, 'kubernetes')).flatMap((file) =>
  documents(join('kubernetes', file)),
);
const config = parseNodeConfig(JSON.parse(one('ConfigMap').data!['config.json']!));

describe('Kubernetes manifests', () => {
  it('name every file of the folder in the kustomization', () => {
    const files = readdirSync(join(FOLDER, 'kubernetes')).filter((file) => file !== 'kustomization.yaml');
    const { resources } = documents('kubernetes/kustomization.yaml')[0]!;
    assert.deepEqual([...resources!].sort(), files.sort());
  });

  it('hold a configuration that every pod of the set can start with', () => {
    const { spec } = one('StatefulSet');
    assert.equal(config.members.length, spec.replicas);
    for (const member of config.members) {
      assert.equal(parseNodeConfig({ ...document(), id: member.id }).id, member.id);
      // Pod strata-0 is node 1.
      const service = `${one('StatefulSet').metadata.name}-${member.id - 1}.${spec.serviceName}.`;
      assert.ok(member.host.startsWith(service), `${member.host} does not begin with ${service}`);
    }
  });

  it('listen beyond the loopback with tokens and a peer secret, from a mounted Secret', () => {
    const { tokensFile, peerSecretFile, allowInsecureListen } = config.security;
    const mount = container().volumeMounts.find((each: { name: string }) => each.name === 'auth')
      .mountPath as string;
    for (const path of [tokensFile, peerSecretFile])
      assert.ok(path?.startsWith(`${mount}/`), `${path} is not below ${mount}`);
    assert.equal(allowInsecureListen, false);
  });

  it('open the ports of the configuration, and only nodes reach the port between nodes', () => {
    const { httpPort, respPort, peerPort } = config.members[0]!;
    const ports = container().ports.map((port: { containerPort: number }) => port.containerPort);
    assert.deepEqual(ports.sort(), [httpPort, respPort, peerPort].sort());
    const rules = one('NetworkPolicy').spec.ingress as { from?: unknown; ports: { port: number }[] }[];
    const open = rules
      .filter((rule) => rule.from === undefined)
      .flatMap((rule) => rule.ports.map(({ port }) => port));
    assert.deepEqual(open.sort(), [httpPort, respPort].sort());
  });

  it('probe life and readiness apart, and leave time to hand over', () => {
    const { livenessProbe, readinessProbe, startupProbe } = container();
    assert.deepEqual(
      [livenessProbe, readinessProbe, startupProbe].map((probe) => probe.httpGet.path),
      ['/healthz', '/readyz', '/healthz'],
    );
    const neededMs = config.limits.drainTimeoutMs + 2 * config.raft.electionTimeoutMsMin;
    assert.ok(one('StatefulSet').spec.template.spec.terminationGracePeriodSeconds * 1000 > neededMs);
  });

  it('take one pod at a time, and leave the heap room for the state', () => {
    assert.equal(one('PodDisruptionBudget').spec.maxUnavailable, 1);
    const options = container().env.find((each: { name: string }) => each.name === 'NODE_OPTIONS')
      .value as string;
    const heapBytes = Number(/--max-old-space-size=(\d+)/.exec(options)![1]) * 1024 ** 2;
    assert.ok(heapBytes >= 2 * config.limits.stateBytesMax, `${heapBytes} bytes of heap`);
    assert.equal(container().resources.limits.cpu, undefined);
  });
});

describe('systemd unit', () => {
  const unit = readFileSync(join(FOLDER, 'strata.service'), 'utf8');
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  it('starts the command that exists and is stopped by the signal that drains', () => {
    assert.match(value('ExecStart'), /\/dist\/scripts\/strata\.js serve --config \/\S+\.json$/);
    assert.equal(value('KillSignal'), 'SIGTERM');
    assert.ok(Number(value('TimeoutStopSec')) * 1000 > config.limits.drainTimeoutMs);
  });

  it('does not start again what a person must repair', () => {
    assert.equal(value('Restart'), 'on-failure');
    assert.equal(value('RestartPreventExitStatus'), '2');
  });
});

describe('container file', () => {
  const text = readFileSync(join(FOLDER, 'Containerfile'), 'utf8');

  it('runs without root, with the node as the process that gets SIGTERM', () => {
    assert.match(text, /^USER 1000:1000$/m);
    assert.match(text, /^ENTRYPOINT \["node", "dist\/scripts\/strata\.js", "serve"\]$/m);
  });

  it('copies only what exists and exposes the ports of a node', () => {
    for (const [, files] of text.matchAll(/^COPY ((?!--from|\.).+) \.\/$/gm))
      for (const file of files!.split(' ')) assert.ok(existsSync(join(projectRoot(), file)), file);
    const { httpPort, respPort, peerPort } = config.members[0]!;
    assert.match(text, new RegExp(`^EXPOSE ${httpPort} ${respPort} ${peerPort}$`, 'm'));
  });
});

describe('dashboard', () => {
  it('is what its source makes', () => {
    const written = JSON.parse(readFileSync(join(FOLDER, 'grafana-dashboard.json'), 'utf8')) as unknown;
    const advice = 'run: node dist/scripts/write-docs.js && npm run format';
    assert.deepEqual(written, JSON.parse(dashboard()), advice);
  });

  it('has a row for every layer, and panels that do not overlap', () => {
    assert.deepEqual(
      ROWS.map((row) => row.title),
      ['Cluster', 'Network', 'Consensus', 'Log and I/O', 'State', 'Runtime'],
    );
    const { panels } = JSON.parse(dashboard()) as {
      panels: { gridPos: { h: number; w: number; x: number; y: number } }[];
    };
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
  });
});

function one(kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  assert.equal(found.length, 1, `${found.length} manifests of kind ${kind}`);
  return found[0]!;
}

function container(): Manifest['spec'] {
  return one('StatefulSet').spec.template.spec.containers[0];
}

function document(): Partial<NodeConfig> {
  return JSON.parse(one('ConfigMap').data!['config.json']!) as Partial<NodeConfig>;
}

function documents(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(FOLDER, path), 'utf8')).map((each) => {
    assert.deepEqual(each.errors, [], path);
    return each.toJS() as Manifest;
  });
}
