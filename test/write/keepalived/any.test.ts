/** Any keepalived.conf without upalert's own words comes back as it was meant; with them, what is lost is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { meaningOf } from '../../../src/write/meaning.ts'
import { needs } from '../../needs.ts'
import { keepalivedText } from '../keepalived-texts.ts'
import { complaints, readKeepalived, sound, written } from './world.ts'

/** What keepalived would complain of itself: words that it lacks, a byte that it refuses, ports that no packet reaches. */
const plain = keepalivedText.map((text) =>
  text
    .replace(/^(?:initial|backup|backup_below|slow_start)\b.*$/gm, '')
    .replaceAll('0d0a ff', '0d0a')
    .replaceAll('mail.example.com', '10.0.0.9')
    .replace(/^((?:sorry_server_)?lvs_method) .*$/gm, '$1 NAT'),
)

test('a keepalived.conf is written so that it means the same, to the last word', () => {
  fc.assert(
    fc.property(plain, (text) => {
      const model = sound(text)
      const { text: made, losses } = written(model)
      assert.deepEqual(losses, [], text)
      assert.deepEqual(meaningOf(sound(made)), meaningOf(model), `${text}\n${made}`)
    }),
  )
})

test('what is lost is lost once: the text that is written means the same when it is written again', () => {
  fc.assert(
    fc.property(keepalivedText, (text) => {
      const { model, problems } = readKeepalived(text)
      fc.pre(problems.every(({ severity }) => severity === 'warning'))
      const once = written(model)
      fc.pre(once.text.includes('virtual_server'))
      const means = sound(once.text)
      const again = written(means)
      assert.deepEqual(again.losses, [], once.text)
      assert.deepEqual(meaningOf(sound(again.text)), meaningOf(means), once.text)
    }),
  )
})

test('keepalived takes whatever is written, also of what it has no words for', needs('keepalived'), () => {
  // Of a pool without any weight keepalived complains, whatever its quorum is; run by root it tries on
  // other accounts, and what it says of scripts that are not safe here is no matter of the text.
  const text = keepalivedText.map((one) =>
    one
      .replace(/\bweight 0\b/g, 'weight 1')
      .replaceAll('mail.example.com', '10.0.0.9')
      .replaceAll('root daemon', 'root')
      .replaceAll('enable_script_security', ''),
  )
  const models = fc.sample(text, { numRuns: 60, seed: 66 }).map((one) => readKeepalived(one))
  const texts = models
    .filter(({ problems }) => problems.every(({ severity }) => severity === 'warning'))
    .map(({ model }) => written(model).text)
    .filter((one) => one.includes('virtual_server '))
  assert.ok(texts.length > 20)
  assert.deepEqual(complaints(texts), [])
})
