import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { createSettings } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { ENV_NAMES } from '../src/config/variables.ts';

const ROOT = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** How long a service may take to end once it has given its instances away, as README says. */
const END_S = 15;
const SECRETS = {
  DATABASE_URL: 'postgres://privet:secret@postgres:5432/privet',
  PRIVET_ENCRYPTION_KEY: 'a'.repeat(64),
  PRIVET_ACCOUNT_TOKEN: 'b'.repeat(64),
};
type Variables = Readonly<Record<string, string>>;

const unknownIn = (text: string): string[] =>
  [...text.matchAll(/\b(PRIVET_\w+|DATABASE_URL)\b/g)]
    .map(([name]) => name)
    .filter((name) => !ENV_NAMES.some((known) => known === name));

/** As the service reads them: values that can not be are refused. */
const configOf = (variables: Variables) => createSettings(readEnv({ ...variables, ...SECRETS })).config;
const secondsOf = (text: string): number => Number(/^(\d+)s$/.exec(text)?.[1]);

interface Service {
  readonly build?: string;
  readonly image: string;
  readonly environment?: Variables;
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: { readonly caddyfile: { readonly content: string } };
  readonly volumes: Readonly<Record<string, unknown>>;
}

test('examples/nodes/compose.yaml: nodes that find one another, behind a balancer that asks which are ready', () => {
  const text = textOf('examples/nodes/compose.yaml');
  const { services, configs, volumes } = parseYaml(text) as Compose;
  expect(unknownIn(text)).toEqual([]);
  const nodes = Object.entries(services).filter(([, { build }]) => build !== undefined);
  expect(nodes.map(([name]) => name)).toEqual(['node-a', 'node-b']);
  for (const [name, { build = '', environment = {}, ports, stop_grace_period = '', depends_on = {} }] of nodes) {
    expect(join(ROOT, 'examples/nodes', build, 'Dockerfile')).toBe(join(ROOT, 'Dockerfile'));
    const { node, drainMs, trustedProxyHops } = configOf(environment);
    const there = { name, host: '0.0.0.0', url: `http://${name}:${node.port}` };
    expect([node, trustedProxyHops]).toMatchObject([there, 1]);
    // Others come by the balancer alone.
    expect([ports, Object.keys(depends_on)]).toEqual([undefined, ['postgres']]);
    expect(secondsOf(stop_grace_period)).toBeGreaterThan(drainMs / 1_000 + END_S);
    for (const secret of Object.keys(SECRETS)) expect(environment[secret]).toMatch(/\$\{\w+:\?\}/);
    expect(configs.caddyfile.content).toContain(`${name}:4000`);
  }
  expect(configs.caddyfile.content).toContain('health_uri /health/ready');
  expect(services['balancer']?.ports).toEqual(['127.0.0.1:4000:4000']);
  expect(services['postgres']?.volumes?.map((each) => each.split(':')[0])).toEqual(Object.keys(volumes));
  for (const { image, build } of Object.values(services)) {
    if (build === undefined) expect(image).toMatch(/^[a-z]+:\d+[\w.-]+$/);
  }
});

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
    readonly env: readonly {
      readonly name: string;
      readonly value?: string;
      readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
    }[];
    readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
    readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  }[];
}

test('examples/nodes/kubernetes.yaml: a Deployment whose pods are nodes, with time to hand their instances over', () => {
  const text = textOf('examples/nodes/kubernetes.yaml');
  expect(unknownIn(text)).toEqual([]);
  const [deployment, service, budget, ...more] = text.split(/^---$/m).map((each) => parseYaml(each)) as [
    {
      kind: string;
      spec: { selector: { matchLabels: Variables }; template: { metadata: { labels: Variables }; spec: Pod } };
    },
    { kind: string; spec: { selector: Variables; ports: { targetPort: string }[] } },
    { kind: string; spec: { maxUnavailable: number; selector: { matchLabels: Variables } } },
  ];
  expect([deployment.kind, service.kind, budget.kind]).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
  expect(more).toEqual([]);
  const { metadata, spec: pod } = deployment.spec.template;
  for (const labels of [
    deployment.spec.selector.matchLabels,
    service.spec.selector,
    budget.spec.selector.matchLabels,
  ]) {
    expect(labels).toEqual(metadata.labels);
  }
  const [container] = pod.containers;
  if (!container) return expect.unreachable();
  // As Kubernetes puts them together: what stands above may be named.
  const fields: Variables = { 'status.podIP': '10.0.0.9', 'metadata.name': 'privet-5d8f7c9b6-x2x4z' };
  const variables: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env) {
    const given = value?.replaceAll(/\$\((\w+)\)/g, (all, other: string) => variables[other] ?? all);
    variables[name] = given ?? fields[valueFrom?.fieldRef.fieldPath ?? ''] ?? '';
  }
  const { node, drainMs } = configOf(variables);
  const portOf = (name: string) => container.ports.find((port) => port.name === name)?.containerPort;
  expect(node).toMatchObject({ name: fields['metadata.name'], host: '0.0.0.0', url: 'http://10.0.0.9:4001' });
  expect([portOf('http'), portOf('nodes')]).toEqual([4000, node.port]);
  expect(container.envFrom).toEqual([{ secretRef: { name: 'privet' } }]);
  for (const secret of Object.keys(SECRETS)) expect(text).toContain(`--from-literal=${secret}=`);
  expect([container.readinessProbe.httpGet, container.livenessProbe.httpGet]).toEqual([
    { path: '/health/ready', port: 'http' },
    { path: '/health/live', port: 'http' },
  ]);
  expect(service.spec.ports).toMatchObject([{ targetPort: 'http' }]);
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drainMs / 1_000 + END_S);
  expect(budget.spec.maxUnavailable).toBe(1);
});
