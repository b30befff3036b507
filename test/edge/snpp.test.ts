import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { startAttempt } from '../../src/edge/probe/attempt.ts'
import { sendPages } from '../../src/edge/snpp/page.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { type Faults, startSnpp } from '../peers/snpp-server.ts'

const run = promisify(execFile)
const LIMIT = { timeout: 60_000 }

async function pageBy(
  port: number,
  pagers: readonly string[],
  limit = seconds(20),
  signal = new AbortController().signal,
) {
  const attempt = startAttempt(limit, signal)
  const page = { pagers, text: 'DOWN web/http é', level: 1, caller: '4711' }
  const sent = await sendPages({ host: '127.0.0.1', port }, page, attempt)
  attempt.end()
  return sent
}

async function paged(t: TestContext, faults: Faults, limit = seconds(20)) {
  const gateway = await startSnpp(t, faults)
  const sent = await pageBy(gateway.port, ['5551', '5552'], limit)
  await gateway.quiet()
  return { gateway, sent }
}

test('a page arrives at each pager, with level and caller, and the session ends with QUIT', LIMIT, async (t) => {
  const { gateway, sent } = await paged(t, {})
  assert.equal(sent.trouble, null)
  assert.deepEqual(
    gateway.pages,
    ['5551', '5552'].map((pager) => ({ pagers: [pager], text: 'DOWN web/http é', level: '1', caller: '4711' })),
  )
  assert.equal(gateway.heard.at(-1), 'QUIT')
})

test('a gateway of level 1 alone pages as well', LIMIT, async (t) => {
  const { gateway, sent } = await paged(t, { bare: true })
  assert.equal(sent.trouble, null)
  assert.equal(gateway.pages.length, 2)
})

const flood = 'x'.repeat(100_000)
const faults: readonly { name: string; faults: Faults; says: RegExp }[] = [
  { name: 'a silent gateway', faults: { greeting: null }, says: /did not send its greeting within 500 ms$/ },
  {
    name: 'one that falls silent at SEND',
    faults: { lines: [{ on: /^SEND/, say: null }] },
    says: /did not answer SEND within 500 ms; it may have paged all the same/,
  },
  { name: 'one that hangs up', faults: { greeting: (socket) => socket.destroy() }, says: /closed the connection/ },
  {
    name: 'one that resets',
    faults: { lines: [{ on: /^MESS/, say: (socket) => socket.resetAndDestroy() }] },
    says: /closed the connection instead of sending its answer to MESS$/,
  },
  { name: 'a line without end', faults: { greeting: (s) => s.write(flood) }, says: /sends more than any gateway/ },
  {
    name: 'answers before the questions',
    faults: { greeting: '220 hi\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 sent' },
    says: /answers what it was not asked yet$/,
  },
  {
    name: 'a babbler',
    faults: { lines: [{ on: /^PAGE/, say: (s) => s.write('250-blah\r\n'.repeat(1000)) }] },
    says: /sent more than 50 lines as its answer to PAGE 5551$/,
  },
]
for (const { name, faults: given, says } of faults) {
  test(`${name} is told as what it is, and nobody counts as paged`, LIMIT, async (t) => {
    const { gateway, sent } = await paged(t, given, milliseconds(500))
    assert.match(sent.trouble ?? '', says)
    assert.deepEqual(sent.told, [])
    assert.deepEqual(gateway.pages, [])
  })
}

test('a goodbye that does not come holds nothing up for long', LIMIT, async (t) => {
  const { sent } = await paged(t, { lines: [{ on: /^QUIT/, say: null }] })
  assert.equal(sent.trouble, null)
})

test('who has been paged before the end is known when an attempt is broken off', LIMIT, async (t) => {
  const stop = new AbortController()
  const gateway = await startSnpp(t, { lines: [{ on: /^PAGE 5552/, say: () => stop.abort() }] })
  const sent = await pageBy(gateway.port, ['5551', '5552'], seconds(20), stop.signal)
  assert.deepEqual(
    sent.told.map(({ kind, pager }) => [kind, pager]),
    [['taken', '5551']],
  )
  assert.match(sent.trouble ?? '', /had not answered when the attempt was broken off$/)
  await gateway.quiet()
})

test('nobody listens', LIMIT, async () => {
  const { trouble } = await pageBy(1, ['5551'])
  assert.match(trouble ?? '', /^127\.0\.0\.1:1 refused the connection on port 1$/)
})

const CLIENT = `
use strict; use Net::SNPP;
my $s = Net::SNPP->new('127.0.0.1', Port => $ARGV[0], Timeout => 10) or die 'no greeting';
$s->send(Pager => ['5551', '5552'], Message => 'by MESS', ServiceLevel => 2) or die 'send: ' . $s->message;
$s->pager_id('5551') or die; $s->caller_id('4711') or die;
$s->data("line one\\n", ".line two\\n") or die 'data: ' . $s->message; $s->send or die;
$s->pager_id('nobody') and die 'took nobody'; print $s->code, "\\n"; $s->reset or die;
$s->_SEND and die 'sent nothing'; print $s->code, "\\n";
$s->site('x') and die 'took SITE'; print $s->code, "\\n";
$s->quit;
`

test("our test gateway is right: Perl's Net::SNPP pages through it", {
  ...LIMIT,
  ...needs('net-snpp', 'perl'),
}, async (t) => {
  const gateway = await startSnpp(t, { unknown: ['nobody'] })
  const { stdout } = await run('perl', ['-e', CLIENT, String(gateway.port)])
  assert.deepEqual(stdout.trim().split('\n'), ['550', '503', '500'])
  assert.deepEqual(gateway.pages, [
    { pagers: ['5551', '5552'], text: 'by MESS', level: '2', caller: null },
    { pagers: ['5551'], text: 'line one\n.line two', level: null, caller: '4711' },
  ])
})

/** Says its port, and then each page that it was handed: pager, a blank, the text. */
const SERVER = `
use strict; use Socket; use Net::SNPP::Server; $| = 1;
my $s = Net::SNPP::Server->new(BindTo => '127.0.0.1', Port => 0, Timeout => 10) or die;
$s->callback('validate_pager_id', sub { $_[0] eq 'nobody' ? undef : $_[0] });
$s->callback('process_page', sub { my ($p, $page) = @_; print $p->[0], ' ', $page->{mess}, "\\n"; 1 });
print((unpack_sockaddr_in(getsockname($s->{sock})))[0], "\\n");
$s->handle_client($s->client);
`

test("Perl's Net::SNPP::Server takes our pages", { ...LIMIT, ...needs('net-snpp', 'perl') }, async (t) => {
  const child = spawn('perl', ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = linesOf(child)
  const port = Number((await lines.next()).value)
  const { told, trouble } = await pageBy(port, ['5551', 'nobody', '5552'])
  assert.equal(trouble, null)
  assert.deepEqual(
    told.map(({ pager, kind }) => [pager, kind]),
    [
      ['5551', 'taken'],
      ['nobody', 'refused'],
      ['5552', 'taken'],
    ],
  )
  const pages = [(await lines.next()).value, (await lines.next()).value]
  assert.deepEqual(pages, ['5551 DOWN web/http é', '5552 DOWN web/http é'])
  if (child.exitCode === null) await once(child, 'exit')
})

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of stdout ?? []) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
