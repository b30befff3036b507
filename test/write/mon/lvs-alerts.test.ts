/** mon.cf files of the LVS-HOWTO's kind, whose alerts edit the table: what becomes of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withVirtuals } from '../../../src/write/mon/lvs-alerts.ts'
import { readBack, readMon } from '../world.ts'

/** A service of one host, with these lines in its period. */
const watched = (lines: string, hosts = '10.1.1.2') =>
  `hostgroup r1 ${hosts}\n\nwatch r1\n  service http\n    interval 9s\n    monitor http\n    period\n      ${lines}\n`

function converted(text: string) {
  const { model } = readMon(text)
  assert.ok(model)
  return withVirtuals(text, 'converted.cf', model)
}

const pools: readonly (readonly [name: string, lines: string, block: string])[] = [
  ['a real server', 'alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2', 'real 10.1.1.2 check r1/http'],
  ['with a port', 'alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2:8080', 'real 10.1.1.2:8080 check r1/http'],
  ['the one host of the group', 'alert lvs.alert -V 192.0.2.1:80', 'real 10.1.1.2 check r1/http'],
  ['a proxy for another', 'alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.9', 'real 10.1.1.9 check r1/http via 10.1.1.2'],
  ['direct routing', 'alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2 -F dr', 'real 10.1.1.2 forward dr check r1/http'],
  [
    'a weight',
    'upalert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2 -W 5\n      alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2',
    'real 10.1.1.2 weight 5 check r1/http',
  ],
  ['quiescing', 'alert lvs.alert -q -V 192.0.2.1:80 -R 10.1.1.2', 'real 10.1.1.2 on_fail drain check r1/http'],
]
for (const [name, lines, block] of pools) {
  test(`${name} becomes a pool that follows the service`, () => {
    const text = watched(lines)
    const found = converted(text)
    assert.ok(found.text)
    assert.match(found.text, /virtual 192\.0\.2\.1:80\n {4}address 192\.0\.2\.1:80\n/)
    assert.equal(
      found.text.split('\n').findLast((line) => line !== ''),
      `    ${block}`,
    )
    assert.deepEqual([found.virtuals, found.reals, found.losses], [1, 1, []])
    const { virtuals } = readBack(found.text)
    assert.equal(virtuals.length, 1)
    for (const line of lines.split('\n')) assert.ok(found.text.includes(`# ${line.trim()}`))
  })
}

test('a mark and another protocol name the virtual server', () => {
  const lines = 'alert lvs.alert -M 7 -R 10.1.1.2\n      alert lvs.alert -P udp -V 192.0.2.1:53 -R 10.1.1.2'
  const { text, virtuals } = converted(watched(lines))
  assert.equal(virtuals, 2)
  assert.match(text ?? '', /virtual fwmark-7\n {4}address fwmark 7\n/)
  assert.match(text ?? '', /virtual 192\.0\.2\.1:53\/udp\n/)
})

test('a line goes with all that it goes on with', () => {
  const { text } = converted(watched('alert lvs.alert -V 192.0.2.1:80 \\\n        -R 10.1.1.2'))
  assert.match(text ?? '', /# alert lvs\.alert -V 192\.0\.2\.1:80 \\\n {8}# -R 10\.1\.1\.2\n/)
})

const kept: readonly (readonly [name: string, text: string, why: RegExp])[] = [
  ['a virtual server by name', watched('alert lvs.alert -V www:80 -R 10.1.1.2'), /www is a name/],
  ['a real server by name', watched('alert lvs.alert -V 192.0.2.1:80 -R web1'), /web1 is a name/],
  [
    'a server that no host of the group is',
    watched('alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.9', '10.1.1.2 10.1.1.3'),
    /has 2 hosts, and none is 10\.1\.1\.9/,
  ],
]
for (const [name, text, why] of kept) {
  test(`${name} leaves the line as it is`, () => {
    const found = converted(text)
    assert.equal(found.text, text)
    assert.match(found.losses[0]?.why ?? '', why)
    assert.equal(found.losses[0]?.place.line, 8)
  })
}

test('a substitute becomes the sorry server, which is told', () => {
  const { text, losses } = converted(watched('alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2 -B 10.9.9.9'))
  assert.match(text ?? '', /\n {4}sorry 10\.9\.9\.9\n/)
  assert.match(losses[0]?.why ?? '', /becomes the sorry server/)
})

test('a line beside a virtual block that decides already only goes', () => {
  const block = '\nvirtual shop\n  address 192.0.2.1:80\n  real 10.1.1.2 check r1/http\n'
  const { text, virtuals } = converted(watched('alert lvs.alert -V 192.0.2.1:80 -R 10.1.1.2') + block)
  assert.equal(virtuals, 0)
  assert.match(text ?? '', /# alert lvs\.alert/)
  assert.ok(text?.endsWith(block))
})

test('a file without such lines stays as it is', () => {
  assert.equal(converted(watched('alert mail ops@example.com')).text, null)
})
