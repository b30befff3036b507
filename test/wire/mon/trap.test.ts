import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import {
  decodeTrap,
  encodeTrap,
  isTrapVersion,
  LONGEST_SENT_TRAP,
  LONGEST_TRAP,
  type SentTrap,
  type Trap,
  trapOutput,
} from '../../../src/wire/mon/trap.ts'
import { needs } from '../../needs.ts'
import { startMon } from '../../peers/mon/daemon.ts'
import { anyText, floodDeadline, floods, name, troubleText } from './texts.ts'

const empty: Trap = {
  ...{ kind: 'trap', pro: '', usr: '', pas: '', grp: '', svc: '', sta: null, sum: '', dtl: '', typ: '', spc: '' },
  ignoredLines: 0,
}
const sent: SentTrap = {
  ...{ usr: 'joe', pas: 'p w', grp: 'g', svc: 's', sta: '1', spc: '0', sum: 'su=m', dtl: 'a\nb\n' },
  tsp: atSecond(1795165559),
}
const read = (text: string): Trap => decodeTrap(Buffer.from(text, 'latin1'))

const vectors: readonly { packet: string; is: Partial<Trap>; why: string }[] = [
  { packet: "grp='g'\nsvc='s'\nsta='1'\n", is: { grp: 'g', svc: 's', sta: '1' }, why: 'quotes are lost' },
  { packet: 'grp=g\nsvc=s\nsta=1', is: { grp: 'g', svc: 's', sta: '1' }, why: 'quotes are not needed' },
  { packet: "sta=''", is: { sta: '' }, why: 'an empty status is a status' },
  { packet: "sum='a\\20b\\0ac'", is: { sum: 'a b\nc' }, why: 'escapes are undone' },
  { packet: "sum='\\C3\\\\'", is: { sum: '\\C3\\\\' }, why: 'but only those in lower case, and no doubled backslash' },
  { packet: "sum='\\c3\\a9\\e9\xe9'", is: { sum: '\u00e9\ufffd\ufffd' }, why: 'what is not UTF-8 is replaced' },
  { packet: "sum='a'b'", is: { sum: "a'b" }, why: 'only the outer quotes are lost' },
  { packet: "sum='ab", is: { sum: "'ab" }, why: 'one quote is a character' },
  { packet: "sum='", is: { sum: "'" }, why: 'also if it is all there is' },
  { packet: "sum='ab'\r\n", is: { sum: "'ab'\r" }, why: 'a CR belongs to the value' },
  { packet: 'sum=a=b', is: { sum: 'a=b' }, why: 'a value may hold =' },
  { packet: 'grp=a\ngrp=b', is: { grp: 'b' }, why: 'the last of a tag counts' },
  { packet: "hst='x'\naut='y'\nnew_1=z", is: {}, why: 'other tags are nothing to it, and no mistake' },
  { packet: 'nonsense\n\n=x\n g=1\ng-h=1\n\n\n', is: { ignoredLines: 5 }, why: 'lines of another form are counted' },
  { packet: '', is: {}, why: 'an empty packet has nothing' },
  { packet: '__proto__=x\nconstructor=y', is: {}, why: 'no tag is special' },
]
for (const { packet, is, why } of vectors) {
  test(`of ${JSON.stringify(packet)} a trap is read: ${why}`, () => assert.deepEqual(read(packet), { ...empty, ...is }))
}

test('a packet is laid out as by Mon::Client', () => {
  assert.equal(
    Buffer.from(encodeTrap(sent)).toString('latin1'),
    "pro='0.3807'\nusr='joe'\npas='p\\20w'\nspc='0'\nseq='0'\ntyp='trap'\ngrp='g'\nsvc='s'\nsta='1'\nspc='0'\n" +
      "tsp='1795165559'\nsum='su\\3dm'\ndtl='a\\0ab\\0a'\n",
  )
})

test('without a user no password is sent', () => {
  assert.doesNotMatch(Buffer.from(encodeTrap({ ...sent, usr: '' })).toString(), /pas=/)
})

test('whatever texts are sent, they arrive', () => {
  const text = fc.oneof(anyText(), troubleText)
  fc.assert(
    fc.property(
      fc.record({ usr: name, pas: text, grp: text, svc: text, sta: text, spc: text, sum: text, dtl: text }),
      (of) => {
        const expected: Trap = { kind: 'trap', pro: '0.3807', typ: 'trap', ignoredLines: 0, ...of }
        assert.deepEqual(decodeTrap(encodeTrap({ ...of, tsp: atSecond(5) })), expected)
      },
    ),
  )
})

test('too long a detail is cut to what a datagram carries, and the rest arrives', () => {
  for (const fill of ['x', '\u00e9', '\\', ' x']) {
    const packet = encodeTrap({ ...sent, dtl: fill.repeat(LONGEST_TRAP) })
    assert.ok(packet.length <= LONGEST_SENT_TRAP && packet.length > LONGEST_SENT_TRAP - 9)
    const { sum, dtl, ignoredLines } = decodeTrap(packet)
    assert.deepEqual([sum, ignoredLines], ['su=m', 0])
    assert.ok(fill.repeat(LONGEST_TRAP).startsWith(dtl.replace(/\ufffd$/, '')))
  }
  const { sum, dtl, sta } = decodeTrap(encodeTrap({ ...sent, sum: 'x'.repeat(LONGEST_TRAP) }))
  assert.deepEqual([sum.length > 60_000, dtl, sta], [true, '', '1'])
})

test('only so many bytes of a packet are looked at', () => {
  const packet = Buffer.concat([Buffer.from('sum='), Buffer.alloc(LONGEST_TRAP, 'x'), Buffer.from('\ngrp=g')])
  const { sum, grp } = decodeTrap(packet)
  assert.deepEqual([sum.length, grp], [LONGEST_TRAP - 4, ''])
})

test('any bytes are an answer', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decodeTrap(bytes).kind === 'trap'))
  fc.assert(fc.property(troubleText, (text) => decodeTrap(Buffer.from(`sum=${text}`)).kind === 'trap'))
})

for (const { name, text } of floods) {
  test(`a packet of ${name} is read in linear time`, { timeout: floodDeadline }, () => {
    decodeTrap(Buffer.from(text))
    decodeTrap(Buffer.from(`sum='${text}`))
  })
}

test('the version is compared as a number', () => {
  const versions = ['0.3807', '0.38070', '1', '0.37', '0.38', '', 'x', '0.4abc', ' 2', '-1', '.5', '1e3', '0x9']
  const accepted = versions.filter(isTrapVersion)
  assert.deepEqual(accepted, ['0.3807', '0.38070', '1', '0.4abc', ' 2', '.5', '1e3'])
})

test('an empty line stands between summary and detail', () => {
  assert.equal(trapOutput({ sum: 'a', dtl: 'b\n' }), 'a\n\nb\n')
  assert.equal(trapOutput({ sum: 'a\n', dtl: '' }), 'a\n\n')
})

test('a trap that Mon::Client sends is read', { ...needs('mon'), timeout: 60_000 }, async (t) => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const script = `my $c = Mon::Client->new(host => '127.0.0.1', port => $ARGV[0], username => 'joe', password => "p w");
    $c->send_trap(group => 'g', service => 's', retval => 3, opstatus => 'fail', summary => "it's \\xc3\\xa9 = %s\\n",
      detail => "a\\n\\nb \\\\ c\\n") or die $c->error`
  const arrival = once(socket, 'message')
  const perl = spawn('perl', ['-MMon::Client', '-e', script, String(socket.address().port)], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const [packet] = await arrival
  await once(perl, 'exit')
  assert.ok(packet instanceof Uint8Array)
  assert.deepEqual(decodeTrap(packet), {
    ...empty,
    ...{ pro: '0.3807', usr: 'joe', pas: 'p w', grp: 'g', svc: 's', sta: '3', typ: 'trap', spc: '0' },
    ...{ sum: "it's \u00e9 = %s\n", dtl: 'a\n\nb \\\\ c\n' },
  })
})

test('a trap that is sent here arrives at the real mon, backslashes and all', {
  ...needs('mon'),
  timeout: 60_000,
}, async (t) => {
  const config = 'hostgroup g h1\n\nwatch g\n  service s\n    period\n      alert rec.alert\n'
  const files = { 'alert.d/rec.alert': '#!/bin/sh\ncat > seen.part; mv seen.part seen\n' }
  const mon = await startMon(t, { config, files })
  const of = { ...sent, sum: 'a = \\41 %s \u00e9\'"', dtl: 'x\\\n\ny' }
  await mon.trap(encodeTrap(of))
  // The loop serves a trap that came before a request first.
  let lines: readonly string[] = []
  while (!lines.some((line) => line.includes('last_failure='))) lines = (await mon.command('list opstatus')).lines
  assert.deepEqual(await mon.command('get g s _last_summary'), {
    lines: ["g s _last_summary='a\\20=\\20\\\\41\\20%s\\20\\c3\\a9\\27\\22'"],
    status: '220 get completed',
  })
  assert.deepEqual((await mon.command('get g s _last_detail')).lines, ["g s _last_detail='\\0ax\\\\\\0a\\0ay'"])
})
