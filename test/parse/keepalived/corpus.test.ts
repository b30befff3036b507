/** keepalived's own samples, as it ships them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { needs } from '../../needs.ts'
import { surroundings } from './world.ts'

/** Words of 2002 and what keepalived itself complains of; a name space is not upalert's to enter. */
const KNOWN: readonly (readonly [part: string, codes: readonly string[]])[] = [
  ['ci-linux', Array(5).fill('word-old')],
  ['fwmark', ['protocol-of-mark']],
  ['conditional', ['not-honoured']],
]

const read = (id: string) => {
  const folder = join(process.env.UPALERT_CORPUS ?? '', 'keepalived')
  return readdirSync(folder).map((name) => {
    const source = { file: name, text: readFileSync(join(folder, name), 'utf8') }
    return { name, file: parseKeepalived(source, { id }) }
  })
}

test('every sample is understood, and what is said of it is true', needs('corpus'), () => {
  const files = ['high', 'low'].flatMap(read)
  assert.ok(files.length >= 50)
  for (const { name, file } of files) {
    const codes = file.problems.map(({ code }) => code)
    const known = KNOWN.find(([part]) => name.includes(part))?.[1] ?? []
    assert.deepEqual(codes, known, `${name}\n${formatProblems(file.problems)}`)
  }
})

test('every block of every sample is kept', needs('corpus'), () => {
  for (const { name, file } of read('high')) {
    const { text } = file.source
    const opened = [
      ...text.matchAll(
        /^[ \t]*(virtual_server|real_server|\w+_(?:CHECK|GET)|url|host|vrrp_\w+|static_\w+)\b[^!#\n]*\{/gm,
      ),
    ]
    const servers = file.virtualServers.flatMap(({ realServers }) => realServers)
    const checkers = servers.flatMap((server) => server.checkers)
    const urls = checkers.flatMap((checker) => ('urls' in checker ? checker.urls : []))
    const hosts = checkers.flatMap((checker) => ('hosts' in checker ? checker.hosts : []))
    const count = file.virtualServers.length + servers.length + checkers.length + urls.length + hosts.length
    assert.equal(count + file.kept.filter(({ block }) => block !== null).length, opened.length, name)
  }
})

test('a sample for two hosts gives each of them its own', needs('corpus'), () => {
  const priority = (id: string) =>
    read(id)
      .find(({ name }) => name.includes('conditional'))
      ?.file.kept.flatMap(({ block }) => block?.statements ?? [])
      .find(({ keyword }) => keyword.text === 'priority')?.words[0]?.text
  assert.deepEqual([priority('high'), priority('low')], ['170', '85'])
})

/** What is wrong with them as configurations, and not only as text: old SSL digests and the like are none of it. */
test('every sample means a Model, or is wrong in truth', needs('corpus'), () => {
  for (const { name, file } of ['high', 'low'].flatMap(read)) {
    const { problems, virtuals } = resolveKeepalived(file, surroundings)
    const errors = problems.filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [], `${name}\n${formatProblems(errors)}`)
    assert.equal(virtuals.length, file.virtualServers.length, name)
    const checkers = file.virtualServers.flatMap(({ realServers }) => realServers.flatMap((real) => real.checkers))
    const checks = virtuals.flatMap(({ reals }) => reals.flatMap((real) => real.checks))
    assert.ok(checks.length >= checkers.length, name)
  }
})
