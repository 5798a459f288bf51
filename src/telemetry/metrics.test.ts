import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { createNodeEvents } from './node-events.ts';
import type { NodeFigures } from './node-metrics.ts';

test('scrapes at the same time count the instances once, and where they can not be counted the last figures stay', async () => {
  let counted = 0;
  let answer: () => Promise<ReadonlyMap<string, number>> = async () => new Map([['OPEN', 3]]);
  const metrics = createMetrics('1.2.3', () => {
    counted += 1;
    return answer();
  });
  const texts = await Promise.all([metrics.render(), metrics.render(), metrics.render()]);
  expect(counted).toBe(1);
  for (const text of texts) expect(text).toContain('privet_sessions{state="OPEN"} 3');

  answer = () => Promise.reject(new Error('no database'));
  expect(await metrics.render()).toContain('privet_sessions{state="OPEN"} 3');
  answer = async () => new Map([['OPEN', 4]]);
  expect(await metrics.render()).toContain('privet_sessions{state="OPEN"} 4');
  expect(counted).toBe(3);
});

test('one node of several tells of its lease, of the others and of what it asked of them; a single process of none', async () => {
  let figures: NodeFigures | undefined;
  const metrics = createMetrics(
    '1.2.3',
    async () => new Map(),
    () => figures,
  );
  const events = createNodeEvents(createLogger({ level: 'silent' }), metrics.node ?? expect.unreachable());
  expect(await metrics.render()).toContain('privet_node_lease_held 0');

  figures = { held: true, instances: 7, nodes: [{ isLive: true }, { isLive: false }, { isLive: true }] };
  events.claimed(5);
  events.handedOver('some-id', 'moved', 900);
  events.forwarded('answered', 4);
  events.forwarded('lost', 3_000);
  const samples = (await metrics.render()).split('\n').filter((line) => line.startsWith('privet_node'));
  expect(samples).toEqual(
    expect.arrayContaining([
      'privet_node_lease_held 1',
      'privet_node_instances 7',
      'privet_nodes_live 2',
      'privet_node_claims_total 5',
      'privet_node_handovers_total{result="moved"} 1',
      'privet_node_forwarded_calls_total{outcome="answered"} 1',
      'privet_node_forwarded_calls_total{outcome="lost"} 1',
      'privet_node_forwarded_call_duration_seconds_bucket{le="0.0025"} 0',
      'privet_node_forwarded_call_duration_seconds_bucket{le="0.005"} 1',
      'privet_node_forwarded_call_duration_seconds_count 1',
    ]),
  );
  figures = { ...figures, held: false };
  expect(await metrics.render()).toContain('privet_node_lease_held 0');

  const single = createMetrics('1.2.3', async () => new Map());
  expect(single.node).toBeUndefined();
  expect(await single.render()).not.toContain('privet_node');
});
