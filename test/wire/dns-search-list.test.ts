import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesToTry, readSearchList } from '../../src/wire/dns/search-list.ts'

const vectors: readonly (readonly [conf: string, name: string, names: readonly string[]])[] = [
  ['', 'mailhost', ['mailhost']],
  ['nameserver 192.0.2.1\n', 'mailhost', ['mailhost']],
  ['search a.example b.example\n', 'mailhost', ['mailhost.a.example', 'mailhost.b.example']],
  ['domain a.example\n', 'mailhost', ['mailhost.a.example']],
  ['domain a.example\nsearch b.example # c.example\n', 'mailhost', ['mailhost.b.example']],
  ['search a.example\n', 'www.b', ['www.b']],
  ['search a.example\n', 'mailhost.', ['mailhost.']],
  ['search a.example\noptions timeout:1 ndots:2\n', 'www.b', ['www.b', 'www.b.a.example']],
  ['search 1 2 3 4 5 6 7 8\n', 'x', ['x.1', 'x.2', 'x.3', 'x.4', 'x.5', 'x.6']],
]
for (const [conf, name, names] of vectors) {
  test(`${name} is looked up as ${names.join(', ')} with ${JSON.stringify(conf)}`, () => {
    assert.deepEqual(namesToTry(name, readSearchList(conf)), names)
  })
}
