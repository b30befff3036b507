/** The doctor's answer as people and programs see it, and its words on the command line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doctorAnswer, misplacedWord, realWords } from '../../src/cli/doctor.ts'
import { finding, quotedWords, toSet } from '../../src/doctor/finding.ts'

const error = finding('error', 'ip-forward', 'Forwarding is off.', toSet(['net/ipv4/ip_forward', 1]))
const warning = finding('warning', 'odd', 'Something is odd.', { hint: 'look at it' })
const note = finding('note', 'by-the-way', 'By the way.')

const exits = [
  { name: 'nothing is 0', findings: [], exit: 0 },
  { name: 'a note alone is 0', findings: [note], exit: 0 },
  { name: 'a warning is 1', findings: [note, warning], exit: 1 },
  { name: 'an error is 2', findings: [warning, error, note], exit: 2 },
] as const
for (const { name, findings, exit } of exits) {
  test(`the exit status of ${name}`, () => {
    assert.equal(doctorAnswer(findings).exit, exit)
    assert.equal(doctorAnswer(findings, { json: true }).exit, exit)
  })
}

test('errors come first, each with its commands, how to make them last, and a hint', () => {
  const { text } = doctorAnswer([note, warning, error])
  assert.equal(
    text,
    `error    Forwarding is off. [ip-forward]
         mend     sysctl -w net.ipv4.ip_forward=1
         lasting  "net.ipv4.ip_forward = 1" in /etc/sysctl.d/60-lvs.conf

warning  Something is odd. [odd]
         hint     look at it

note     By the way. [by-the-way]

1 error, 1 warning, 1 note`,
  )
})

test('nothing wrong is said to be so, within what can be seen', () => {
  assert.equal(doctorAnswer([]).text, 'Nothing is wrong that can be seen from this machine.')
})

test('of a thousand findings the first are printed and the rest counted; JSON has all', () => {
  const many = Array.from({ length: 1000 }, () => error)
  assert.match(doctorAnswer(many).text, /^1000 errors, 0 warnings, 0 notes \(800 not shown; --json shows all\)$/m)
  assert.equal(JSON.parse(doctorAnswer(many, { json: true }).text).findings.length, 1000)
})

test('addresses are taken in any writing, each once', () => {
  const words = realWords({ vip: ['2001:DB8:0::10', '2001:db8::10', '192.0.2.10'], director: '10.1.1.1' })
  assert('addresses' in words)
  assert.deepEqual(words.addresses, ['2001:db8::10', '192.0.2.10'])
  assert.equal(words.director, '10.1.1.1')
})

for (const options of [{ vip: ['web'] }, { vip: ['192.0.2.10/32'] }, { director: '10.1.1.256' }]) {
  test(`${JSON.stringify(options)} is no address`, () => assert('fault' in realWords(options)))
}

const misplaced = [
  { options: { real: true, config: 'mon.cf' }, says: /-c is for a director/ },
  { options: { real: true, standby: true }, says: /--standby is for a director/ },
  { options: { vip: ['192.0.2.10'] }, says: /--vip describes a real server/ },
  { options: { guePort: 6080 }, says: /--gue-port describes a real server/ },
]
for (const { options, says } of misplaced) {
  test(`${JSON.stringify(options)} is refused, so that nobody believes it was looked at`, () => {
    assert.match(misplacedWord(options) ?? '', says)
  })
}

test('a command is one that a shell takes apart as it was meant, whatever an interface is called', () => {
  assert.equal(quotedWords('ip', 'link', 'set', 'dev', 'eth0.100', 'up'), 'ip link set dev eth0.100 up')
  assert.equal(quotedWords('ip', 'link', 'set', 'dev', "a';reboot", 'up'), "ip link set dev 'a'\\'';reboot' up")
})

test('a switch of an interface with a dot in its name is written as sysctl(8) takes it', () => {
  const path = 'net/ipv4/conf/eth0.100/rp_filter'
  assert.deepEqual(toSet([path, 2]).mend, ['sysctl -w net/ipv4/conf/eth0.100/rp_filter=2'])
})
