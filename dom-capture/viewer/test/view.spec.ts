import { FakeEdge, PAGE, SNAPSHOT } from './support/fake-edge';
import { expect, test } from './support/fixture';
import { body, join, joined, told } from './support/join';

test('an agent joins with its token and sees the page, its changes and its figures', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url);
  expect(await edge.next('AgentHello')).toMatchObject({
    version: 1,
    token: 'token-1',
    resume: undefined,
    epoch: 0,
    offset: 0,
  });
  expect(await body(agent)).toBe(PAGE.slice(6, -7).replaceAll('/>', '>'));
  edge.stream(
    1,
    1,
    [
      {
        kind: 'Patch',
        doc: 0,
        ops: [
          { kind: 'T', id: 4, text: 'changed '.repeat(200) },
          { kind: 'C', x: 3, y: 4, state: 0 },
        ],
      },
    ],
    true,
  );
  edge.stream(1, 2, [
    { kind: 'Patch', doc: 0, ops: [{ kind: 'U', url: 'https://shop.example/2', base: 'https://shop.example/2' }] },
  ]);
  edge.send({ kind: 'Rtt', visitor_ms: 30, agent_ms: 10 });
  edge.send({ kind: 'AgentHealth', nodes: 9, flush_us: 8, level: 1, masked: 2 });
  await expect.poll(() => told(agent, 'health')).toEqual([{ nodes: 9, flush_us: 8, level: 1, masked: 2 }]);
  await expect
    .poll(() => told(agent, 'url'))
    .toEqual([{ url: 'https://shop.example/' }, { url: 'https://shop.example/2' }]);
  expect(await told(agent, 'patch')).toEqual([
    { epoch: 1, offset: 1, ops: 2 },
    { epoch: 1, offset: 2, ops: 1 },
  ]);
  expect(await told(agent, 'pointer')).toEqual([{ x: 3, y: 4, state: 0 }]);
  expect(await told(agent, 'snapshot')).toEqual([{ epoch: 1, nodes: 13, url: 'https://shop.example/' }]);
  const seen = await agent.evaluate(() => ({
    stats: view.stats(),
    state: view.state,
    id: view.idOf(view.document?.querySelector('p') as Node),
  }));
  expect(seen.stats).toMatchObject({ latency_ms: 20, nodes: 13, epoch: 1, offset: 2, resyncs: 0, frames: 3 });
  expect(seen.state).toMatchObject({
    phase: 'live',
    connected: true,
    me: 7,
    grants: { view: true, point: true, control: false },
  });
  expect(seen.id).toBe(3);
});

test('a gap asks for a resync, keeps the last picture and ignores what follows until a snapshot', async ({
  agent,
  edge: place,
}) => {
  const edge = await joined(agent, place.url);
  edge.stream(1, 2, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'T', id: 4, text: 'after a gap' }] }]);
  expect(await edge.next('AgentResync')).toEqual({ kind: 'AgentResync', doc: 0, reason: 4 });
  expect(await agent.evaluate(() => view.isLive)).toBe(false);
  expect(await body(agent)).toContain('<p>t</p>');
  edge.stream(1, 3, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'T', id: 4, text: 'ignored' }] }]);
  edge.send({ kind: 'Resynced', reason: 4 });
  edge.stream(1, 0, [{ ...SNAPSHOT, html: PAGE.replace('<p>t', '<p>fresh') }]);
  await agent.waitForFunction(() => view.isLive);
  expect(await body(agent)).toContain('<p>fresh</p>');
  expect(await agent.evaluate(() => view.stats().resyncs)).toBe(1);
});

for (const [what, reason, break_] of [
  [
    'an unknown id',
    3,
    (edge: FakeEdge) => edge.stream(1, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'T', id: 99, text: '' }] }]),
  ],
  ['another document', 3, (edge: FakeEdge) => edge.stream(1, 1, [{ kind: 'Patch', doc: 1, ops: [] }])],
  [
    'markup that is not canonical',
    2,
    (edge: FakeEdge) => edge.stream(2, 0, [{ ...SNAPSHOT, html: '<html><b></html>' }]),
  ],
  ['bytes that are no messages', 2, (edge: FakeEdge) => edge.raw(new Uint8Array([1, 1, 1, 2, 5, 0]))],
  ['a body that is not deflated', 2, (edge: FakeEdge) => edge.raw(new Uint8Array([3, 1, 1, 200, 1, 9, 9, 9]))],
  ['a bomb', 2, (edge: FakeEdge) => edge.raw(new Uint8Array([3, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]))],
  ['an offset seen before', 4, (edge: FakeEdge) => edge.stream(1, 0, [{ kind: 'Patch', doc: 0, ops: [] }])],
] as const) {
  test(`${what} asks for a resync and breaks nothing`, async ({ agent, edge: place }) => {
    const edge = await joined(agent, place.url);
    break_(edge);
    expect(await edge.next('AgentResync')).toMatchObject({ reason });
    expect(await body(agent)).toContain('<p>t</p>');
    edge.stream(3, 0, [{ ...SNAPSHOT, html: PAGE.replace('<p>t', '<p>well again') }]);
    await expect.poll(() => body(agent)).toContain('well again');
    await agent.waitForFunction(() => {
      const frames = document.querySelector('.coview-stage')?.shadowRoot?.querySelectorAll('iframe');
      return frames?.length === 1 && frames[0]?.className === 'shown';
    });
    expect(await agent.evaluate(() => view.isLive)).toBe(true);
  });
}

test('inflating never changes the order of frames', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url);
  for (let i = 1; i <= 40; i++) {
    const text = i % 3 === 0 ? 'x'.repeat(200_000) : `${i}`;
    edge.stream(1, i, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'T', id: 4, text }] }], i % 3 !== 1);
  }
  await agent.waitForFunction(() => view.stats().offset === 40);
  expect(await agent.evaluate(() => [view.stats().resyncs, view.document?.querySelector('p')?.textContent])).toEqual([
    0,
    '40',
  ]);
});

test('after a lost connection the agent resumes where it was, with the last picture kept', async ({
  agent,
  edge: place,
}) => {
  const edge = await joined(agent, place.url);
  edge.stream(1, 1, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'T', id: 4, text: 'before' }] }]);
  await agent.waitForFunction(() => view.stats().offset === 1);
  const heard = edge.heard.length;
  edge.close(1012);
  expect(await edge.next('AgentHello', heard)).toMatchObject({ token: '', resume: 'resume-1', epoch: 1, offset: 1 });
  expect(await agent.evaluate(() => [view.isLive, view.state.connected])).toEqual([false, false]);
  expect(await body(agent)).toContain('<p>before</p>');
  edge.welcome('resume-2');
  edge.state(1, 3);
  edge.stream(1, 2, [{ kind: 'Patch', doc: 0, ops: [{ kind: 'T', id: 4, text: 'after' }] }]);
  await agent.waitForFunction(() => view.isLive && view.document?.body.textContent?.startsWith('after'));
  const later = edge.heard.length;
  edge.close(4012);
  expect(await edge.next('AgentHello', later)).toMatchObject({ token: '', resume: 'resume-2', epoch: 1, offset: 2 });
});

test('a page that starts anew is not shown as live before its snapshot is there', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url);
  for (const phase of [2, 3, 1]) edge.state(phase, 3);
  edge.send({ kind: 'AgentPing', t: 1 });
  await edge.next('AgentPong');
  expect(await agent.evaluate(() => [view.state.phase, view.isLive])).toEqual(['live', false]);
  edge.stream(2, 0, [{ ...SNAPSHOT, html: PAGE.replace('<p>t', '<p>next page') }]);
  await agent.waitForFunction(() => view.isLive);
  expect(await body(agent)).toContain('next page');
});

test('an edge that is not there is looked for a while, then the join fails', async ({ agent, edge: place }) => {
  const edge = await FakeEdge.on(agent);
  await join(agent, place.url, { joinFor: 600 });
  const failed = agent.evaluate(() =>
    joining.then(
      () => 'joined',
      (e: Error) => e.message,
    ),
  );
  for (let heard = 0; ; heard = edge.heard.length) {
    const next = await Promise.race([edge.next('AgentHello', heard), failed]);
    if (typeof next === 'string') break;
    edge.close(1013);
  }
  expect(await failed).toContain('the edge closed the connection');
  expect(edge.connections).toBeGreaterThan(1);
});

test('a refused token rejects the join and is not tried again', async ({ agent, edge: place }) => {
  const edge = await FakeEdge.on(agent);
  await join(agent, place.url);
  await edge.next('AgentHello');
  edge.close(4005);
  const error = await agent.evaluate(() =>
    joining.then(
      () => 'joined',
      (e: Error) => e.message,
    ),
  );
  expect(error).toContain('4005');
  expect(edge.connections).toBe(1);
  expect(await agent.evaluate(() => document.querySelector('.coview-stage'))).toBeNull();
});

test('the end of a session takes the page away', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url);
  edge.send({ kind: 'AgentEnd', reason: 0 });
  await expect.poll(() => told(agent, 'end')).toEqual([{ reason: 'stopped' }]);
  expect(await agent.evaluate(() => [view.document, view.state.phase, view.nodeOf(3)])).toEqual([
    null,
    'ended',
    undefined,
  ]);
  expect(
    await agent.evaluate(() => document.querySelector('.coview-stage')?.shadowRoot?.querySelectorAll('iframe').length),
  ).toBe(0);
  expect(edge.connections).toBe(1);
});

test('pings are answered, and leaving says so', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url);
  edge.send({ kind: 'AgentPing', t: 42 });
  expect(await edge.next('AgentPong')).toEqual({ kind: 'AgentPong', t: 42 });
  await agent.evaluate(() => view.close());
  expect(await edge.next('Leave')).toEqual({ kind: 'Leave', end: false });
});

test('instructions carry ids and get their outcomes', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url, 7);
  const asked = agent.evaluate(() =>
    Promise.all([
      view.instruct({ kind: 'Click', node: view.document?.querySelector('button') as Node, x: 1, y: 2 }),
      view.instruct({ kind: 'Type', id: 7, text: 'abc' }),
      view.instruct({ kind: 'Scroll', x: 0, y: 50 }),
      view.instruct({ kind: 'Select', id: 8, indexes: [1] }),
      view.instruct({ kind: 'Go', where: 'reload' }),
      view.instruct({ kind: 'Focus', node: document.body }),
    ]),
  );
  await expect.poll(() => edge.heard.filter((m) => m.kind === 'Instruct').length).toBe(5);
  const sent = edge.heard.filter((m) => m.kind === 'Instruct');
  expect(sent.map(({ instruction }) => instruction)).toEqual([
    { kind: 'Click', doc: 0, id: 5, x: 1, y: 2, button: 0, double: false },
    { kind: 'Type', doc: 0, id: 7, text: 'abc' },
    { kind: 'Scroll', doc: 0, id: 0, x: 0, y: 50 },
    { kind: 'Select', doc: 0, id: 8, indexes: [1] },
    { kind: 'Go', where: 3 },
  ]);
  for (const [result, { seq }] of sent.entries()) edge.send({ kind: 'AgentOutcome', seq, result });
  expect(await asked).toEqual(['done', 'noGrant', 'gone', 'masked', 'sensitive', 'gone']);
});

test('a grant is asked for and is true once given, false once refused', async ({ agent, edge: place }) => {
  const edge = await joined(agent, place.url);
  const first = agent.evaluate(() => view.request('control'));
  expect(await edge.next('Request')).toEqual({ kind: 'Request', grants: 4 });
  edge.send({ kind: 'Refused', grants: 4, reason: 0 });
  expect(await first).toBe(false);
  expect(await told(agent, 'refused')).toEqual([{ grants: ['control'], reason: 'declined' }]);
  const heard = edge.heard.length;
  const second = agent.evaluate(() => view.request('control'));
  await edge.next('Request', heard);
  edge.state(1, 7);
  expect(await second).toBe(true);
  expect(await agent.evaluate(() => view.request('control'))).toBe(true);
});
