/** keepalived's own samples, read, written and read again. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { meaningOf } from '../../../src/write/meaning.ts'
import { needs } from '../../needs.ts'
import { complaints, sound, written } from './world.ts'

/** What upalert reads of keepalived 2.3, and keepalived 2.2.7 does not know. */
const NEWER = /tls_compliant/

const samples = () => {
  const folder = join(process.env.UPALERT_CORPUS ?? '', 'keepalived')
  return readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}
const ours = ['test/parse/keepalived/sample.conf', 'config/keepalived.conf'].map((name) => ({
  name,
  text: readFileSync(join(import.meta.dirname, '../../..', name), 'utf8'),
}))

function asWritten({ name, text }: { readonly name: string; readonly text: string }): string | null {
  const model = sound(text)
  const { text: made, losses } = written(model)
  if (model.virtuals.length === 0) {
    assert.equal(losses.length, 1, name)
    return null
  }
  if (NEWER.test(text)) assert.equal(losses.length, 1, `${name}\n${losses.join('\n')}`)
  else {
    assert.deepEqual(losses, [], name)
    assert.deepEqual(meaningOf(sound(made)), meaningOf(model), `${name}\n${made}`)
  }
  return made
}

test('every sample of keepalived is written as it was meant, without a loss', needs('corpus'), () => {
  assert.ok(samples().map(asWritten).length >= 28)
})

test('keepalived takes every sample as it is written here', needs('corpus', 'keepalived'), () => {
  assert.deepEqual(
    complaints(
      samples()
        .map(asWritten)
        .filter((text) => text !== null),
    ),
    [],
  )
})

test('a file with most words of virtual servers and checkers comes back as it was', () => {
  const [sample] = ours
  assert.ok(sample)
  assert.notEqual(asWritten(sample), null)
})

test(
  'keepalived takes what is written of a file in upalert’s own words, and each such word is told',
  needs('keepalived'),
  () => {
    const texts = ours.map(({ text }) => written(sound(text)))
    assert.deepEqual(complaints(texts.map(({ text }) => text)), [])
    const told = texts[1]?.losses.map((loss) => /(?:: (\w+):|no (backup) servers)/.exec(loss)?.slice(1).find(Boolean))
    assert.deepEqual(told, ['slow_start', 'backup'])
  },
)
