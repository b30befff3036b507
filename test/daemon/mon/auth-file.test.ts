/** auth.cf as it is in force: names that do not resolve, and readings that overlap. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { authInForce } from '../../../src/daemon/mon/auth-file.ts'

interface Hold {
  readonly promise: Promise<void>
  release(): void
}

function hold(): Hold {
  let release = (): void => {}
  const promise = new Promise<void>((resolve) => {
    release = resolve
  })
  return { promise, release: () => release() }
}

/** Every name that is in it resolves. */
type Zone = Record<string, string>

/** In milliseconds: no test waits for these. */
const LONG = { wait: 60_000, round: 60_000, again: 600_000 }
const SILENT = { ...LONG, wait: 400, round: 800 }

function setup(
  t: TestContext,
  { zone = {}, limits = LONG }: { readonly zone?: Zone; readonly limits?: typeof LONG } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-auth-file-'))
  const path = join(directory, 'auth.cf')
  const told: string[] = []
  const listeners: (() => void)[] = []
  let under = 0
  const seen = { most: 0, asked: new Map<string, number>() }
  /** What a name waits for before it is answered. */
  const held = new Map<string, Hold>()
  const auth = authInForce(() => path, {
    tell(text) {
      told.push(text)
      for (const listener of listeners.splice(0)) listener()
    },
    limits,
    async lookup(name) {
      seen.asked.set(name, (seen.asked.get(name) ?? 0) + 1)
      under += 1
      seen.most = Math.max(seen.most, under)
      await (held.get(name)?.promise ?? new Promise(setImmediate))
      under -= 1
      const address = zone[name]
      if (address === undefined) throw Object.assign(new Error('no'), { code: 'EAI_AGAIN' })
      return [{ address }]
    },
  })
  const alive = setInterval(() => {}, 1000)
  t.after(() => {
    auth.close()
    clearInterval(alive)
    rmSync(directory, { recursive: true, force: true })
  })
  const write = (...hosts: readonly string[]): void =>
    writeFileSync(path, `command section\nlist: all\ntrap section\n${hosts.map((host) => `${host} * *\n`).join('')}`)
  return {
    ...{ auth, path, write, zone, told, held, seen },
    addresses: () => Object.fromEntries(auth.trapAddresses()),
    nextTold: () => new Promise<void>((resolve) => void listeners.push(resolve)),
  }
}

test('names have the addresses of when the file was read', async (t) => {
  const { auth, write, addresses } = setup(t, { zone: { a: '192.0.2.7', b: '2001:DB8::0:1' } })
  write('a', 'b', '192.0.2.9')
  const { inForce, problems, complaint } = await auth.read()
  assert.deepEqual({ inForce, problems, complaint }, { inForce: true, problems: [], complaint: '' })
  assert.deepEqual(addresses(), { a: ['192.0.2.7'], b: ['2001:db8::1'] })
})

test('a name that does not resolve keeps the addresses of before, and the operator is told', async (t) => {
  const { auth, write, addresses, zone, path } = setup(t, { zone: { a: '192.0.2.7' } })
  write('a')
  await auth.read()
  delete zone.a
  write('a', 'b')
  const { inForce, problems, complaint } = await auth.read()
  assert.equal(inForce, true)
  assert.deepEqual(addresses(), { a: ['192.0.2.7'], b: [] })
  assert.equal(
    complaint,
    'auth.cf names hosts that do not resolve: a, whose traps are taken from the addresses of before; ' +
      'b, whose traps are refused; they are looked up again every minute',
  )
  assert.deepEqual(
    problems.map(({ code, severity, span, message }) => [code, severity, span.source.file, message]),
    [['trap-host-unresolved', 'warning', path, complaint]],
  )
})

test('a name that is no longer in the file, and resolves no more, is forgotten', async (t) => {
  const { auth, write, addresses, zone } = setup(t, { zone: { a: '192.0.2.7', b: '192.0.2.8' } })
  write('a', 'b')
  await auth.read()
  write('b')
  await auth.read()
  delete zone.a
  write('a', 'b')
  await auth.read()
  assert.deepEqual(addresses(), { a: [], b: ['192.0.2.8'] })
})

test('a name that was missing is looked up again until it resolves, and that is told', async (t) => {
  const { auth, write, addresses, zone, told, nextTold, seen } = setup(t, { limits: { ...LONG, again: 5 } })
  write('a', 'b')
  assert.match((await auth.read()).complaint, /resolve: a, b, whose traps are refused/)
  zone.a = '192.0.2.7'
  await nextTold()
  assert.match(told[0] ?? '', /resolve: b, whose traps are refused/)
  assert.deepEqual(addresses(), { a: ['192.0.2.7'], b: [] })
  zone.b = '192.0.2.8'
  await nextTold()
  assert.equal(told[1], 'all host names in the trap section of auth.cf have addresses now')
  assert.deepEqual(addresses(), { a: ['192.0.2.7'], b: ['192.0.2.8'] })
  const asked = seen.asked.get('a') ?? 0
  assert.ok(asked >= 2 && (seen.asked.get('b') ?? 0) >= asked)
})

test('a resolver that is silent holds a reading up only so long, and a late answer still counts', async (t) => {
  const zone: Zone = { a: '192.0.2.7', b: '192.0.2.8' }
  const { auth, write, addresses, held, told, nextTold } = setup(t, { zone, limits: SILENT })
  const slow = hold()
  held.set('a', slow)
  write('a', 'b')
  assert.match((await auth.read()).complaint, /resolve: a, whose traps are refused/)
  assert.deepEqual(addresses(), { a: [], b: ['192.0.2.8'] })
  delete zone.b
  const tells = nextTold()
  slow.release()
  await tells
  assert.deepEqual(addresses(), { a: ['192.0.2.7'], b: ['192.0.2.8'] })
  assert.equal(told.length, 1)
})

test('ten thousand names are looked up a few at a time', async (t) => {
  const hosts = Array.from({ length: 10_000 }, (_, i) => `h${i}`)
  const { auth, write, seen } = setup(t, { zone: Object.fromEntries(hosts.map((host) => [host, '192.0.2.7'])) })
  write(...hosts)
  await auth.read()
  assert.ok(seen.most <= 8, `${seen.most} at once`)
  assert.ok(seen.asked.size > 10)
})

test('ten thousand names behind a resolver that is silent start no more lookups at each reading', async (t) => {
  const { auth, write, seen, held } = setup(t, { limits: SILENT })
  const never = hold()
  const hosts = Array.from({ length: 10_000 }, (_, i) => `h${i}`)
  for (const host of hosts) held.set(host, never)
  write(...hosts)
  for (let i = 0; i < 3; i++) {
    const { complaint } = await auth.read()
    assert.match(complaint, /h9 and 9990 more, whose traps are refused/)
  }
  assert.ok(seen.asked.size <= 8, `${seen.asked.size} under way`)
})

test('names beside an entry for host * are not looked up, since they do not count', async (t) => {
  const { auth, write, seen } = setup(t)
  write('a', '*')
  assert.equal((await auth.read()).complaint, '')
  assert.equal(seen.asked.size, 0)
})

test('of readings that overlap the newest file is in force', async (t) => {
  const { auth, write, held, addresses, seen } = setup(t, { zone: { old: '192.0.2.7', new: '192.0.2.8' } })
  const slow = hold()
  held.set('old', slow)
  write('old')
  const first = auth.read()
  while (!seen.asked.has('old')) await new Promise(setImmediate)
  write('new')
  const second = auth.read()
  const third = auth.read()
  slow.release()
  assert.equal((await first).file.traps.length, 1)
  assert.deepEqual(await second, await third)
  assert.deepEqual(addresses(), { new: ['192.0.2.8'] })
  assert.equal(seen.asked.get('new'), 1, 'one reading for all that wait for it')
})

test('a file with mistakes, or none, leaves the one before and its addresses in force', async (t) => {
  const { auth, write, path, addresses } = setup(t, { zone: { a: '192.0.2.7' } })
  write('a')
  await auth.read()
  for (const spoil of [() => writeFileSync(path, 'nonsense\n'), () => rmSync(path)]) {
    spoil()
    assert.equal((await auth.read()).inForce, false)
    assert.equal(auth.file().traps.length, 1)
    assert.deepEqual(addresses(), { a: ['192.0.2.7'] })
  }
})

test('after the end no name is looked up any more, and a reading that waits for one ends', async (t) => {
  const { auth, write, seen, held } = setup(t, { limits: { ...LONG, again: 1 } })
  write('a')
  await auth.read()
  held.set('b', hold())
  write('a', 'b')
  const reading = auth.read()
  while (!seen.asked.has('b')) await new Promise(setImmediate)
  auth.close()
  await reading
  const before = seen.asked.get('a')
  // Whatever would have been due after 1 ms has been by then.
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(seen.asked.get('a'), before)
})
