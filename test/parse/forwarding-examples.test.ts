/** config/examples against the parser and docs/forwarding.md; test/peers/uml/forwarding.test.ts runs them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { http } from '../../monitors/http.ts'
import { endpointText, serviceText } from '../../src/model/table.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { resolveText, world } from './world.ts'

const folder = new URL('../../config/examples/', import.meta.url)
const page = readFileSync(new URL('../../docs/forwarding.md', import.meta.url), 'utf8')
const surroundings = { ...world, monitors: new Map([['http', http]]) }

/** The table's rows of each example, and the host that is asked for each. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'nat.cf': ['tcp 192.168.1.110:80', 'masq 10.1.1.2:80 < 10.2.1.2', 'masq 10.1.1.3:80 < 10.2.1.3'],
  'nat-remap.cf': ['tcp 192.168.1.111:80', 'masq 10.1.1.2:8080 < 10.1.1.2', 'masq 10.1.1.3:8080 < 10.1.1.3'],
  'nat6.cf': [
    'tcp [2001:db8:1::110]:80',
    'masq [2001:db8:2::2]:8080 < 2001:db8:2::2',
    'masq [2001:db8:2::3]:8080 < 2001:db8:2::3',
  ],
  'dr.cf': ['tcp 192.168.1.112:80', 'route 10.1.1.4:80 < 10.1.1.4', 'route 10.1.1.5:80 < 10.1.1.5'],
  'dr6.cf': [
    'tcp [2001:db8:1::112]:80',
    'route [2001:db8:2::4]:80 < 2001:db8:2::4',
    'route [2001:db8:2::5]:80 < 2001:db8:2::5',
  ],
  'tun.cf': ['tcp 192.168.1.113:80', 'tunnel 10.1.1.6:80 < 10.1.1.6', 'tunnel 10.1.1.7:80 < 10.1.1.7'],
  'local.cf': ['tcp 192.168.1.116:80', 'local 192.168.1.116:80 < 127.0.0.1', 'masq 10.1.1.2:80 < 10.2.1.2'],
  'via-vip.cf': [
    'tcp 192.168.1.112:80',
    'route 10.1.1.4:80 < 10.1.1.4 and 10.1.1.4 by 192.168.1.112',
    'route 10.1.1.5:80 < 10.1.1.5 and 10.1.1.5 by 192.168.1.112',
  ],
}

describe('the examples of forwarding', () => {
  test('are those of the page', () => {
    assert.deepEqual(
      readdirSync(folder)
        .filter((name) => name in expected)
        .sort(),
      Object.keys(expected).sort(),
    )
    for (const name of Object.keys(expected)) assert(page.includes(`(../config/examples/${name})`), name)
  })

  for (const [name, rows] of Object.entries(expected)) {
    test(`${name} has no problem, and says what its comments say`, () => {
      const { model, problems } = resolveText(readFileSync(new URL(name, folder), 'utf8'), surroundings)
      assert.equal(formatProblems(problems), '')
      const [virtual] = model?.virtuals ?? []
      assert(model !== null && virtual !== undefined)
      const told = virtual.reals.map(({ id, forward, checks }) => {
        const hosts = checks.map(({ service, host }) => {
          const options = model.services.find(({ key }) => key === service)?.monitor?.options
          const by =
            typeof options === 'object' && options !== null && 'connectIp' in options ? options.connectIp : null
          return by === null ? host : `${host} by ${by}`
        })
        return `${forward} ${endpointText(id)} < ${hosts.join(' and ')}`
      })
      assert.deepEqual([...virtual.services.map(serviceText), ...told], rows)
    })
  }
})
