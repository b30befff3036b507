import assert from 'node:assert/strict'
import { test } from 'node:test'
import { days, hours, minutes, wallTime } from '../../src/model/units.ts'
import type { CertificateFacts } from '../../src/wire/certificate.ts'
import { certificateFault, daysLeft } from '../../src/wire/certificate.ts'

const now = wallTime(Date.UTC(2026, 10, 20, 12))
const good: CertificateFacts = {
  names: 'a.example',
  validFrom: wallTime(now - days(60)),
  validTo: wallTime(now + days(30)),
  chainError: null,
  nameMatches: true,
}
const strict = { name: 'a.example', chain: true }

const vectors = [
  { facts: {}, demand: strict, code: null, text: null },
  {
    facts: { validTo: wallTime(now - days(3) - minutes(1)) },
    demand: strict,
    code: 'expired',
    text: 'has a certificate that expired 3 days ago (2026-11-17)',
  },
  {
    facts: { validTo: wallTime(now - hours(2)) },
    demand: { name: null, chain: false },
    code: 'expired',
    text: 'has a certificate that expired less than a day ago (2026-11-20)',
  },
  {
    facts: { validFrom: wallTime(now + days(1)) },
    demand: strict,
    code: 'not-yet-valid',
    text: 'has a certificate that begins to be valid in 1 day (2026-11-21)',
  },
  {
    facts: { nameMatches: false, chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    demand: { name: 'b.example', chain: true },
    code: 'wrong-name',
    text: 'has a certificate for a.example, not for b.example',
  },
  {
    facts: { nameMatches: false, names: `\x1b[2J${'x.example '.repeat(50)}` },
    demand: { name: 'b.example', chain: true },
    code: 'wrong-name',
    text: null,
  },
  {
    facts: { nameMatches: false, chainError: 'CERT_HAS_EXPIRED' },
    demand: { name: null, chain: false },
    code: null,
    text: null,
  },
  {
    facts: { chainError: 'CERT_HAS_EXPIRED' },
    demand: strict,
    code: 'expired',
    text: 'has a certificate above its own in the chain that has expired',
  },
  {
    facts: { chainError: 'CERT_REVOKED' },
    demand: strict,
    code: 'bad-chain',
    text: 'has a certificate whose chain does not hold (CERT_REVOKED)',
  },
]
for (const { facts, demand, code, text } of vectors) {
  test(`a certificate with ${JSON.stringify(facts).slice(0, 80)} is ${code ?? 'good'}`, () => {
    const fault = certificateFault({ ...good, ...facts }, demand, now)
    assert.equal(fault?.code ?? null, code)
    if (text !== null) assert.equal(fault?.text, text)
    assert.doesNotMatch(fault?.text ?? '', /[\x00-\x1f]|.{250}/)
  })
}

test('days left are whole days, and negative once it has expired', () => {
  assert.equal(daysLeft(good, now), 30)
  assert.equal(daysLeft({ ...good, validTo: wallTime(now + hours(23)) }, now), 0)
  assert.equal(daysLeft({ ...good, validTo: wallTime(now - hours(1)) }, now), -1)
})
