/** Samples that people hand around: the one of ClusterLabs, with every service in its comments, and others. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isLdirectord } from '../../../src/parse/ldirectord/recognise.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { needs } from '../../needs.ts'
import { resolved } from './world.ts'

const folder = () => join(process.env.UPALERT_CORPUS ?? '', 'ldirectord')
const read = (name: string) => readFileSync(join(folder(), name), 'utf8')

/** The fixture has a logfile without quotes, which ldirectord itself refuses. */
const KNOWN: readonly (readonly [part: string, codes: readonly string[]])[] = [['fixture', ['quotes-missing']]]

test('every sample is known and understood, and what is said of it is true', needs('corpus'), () => {
  const names = readdirSync(folder())
  assert.ok(names.length >= 2)
  for (const name of names) {
    const text = read(name)
    assert.ok(isLdirectord(text), name)
    const { problems, virtuals } = resolved(text, name)
    const known = KNOWN.find(([part]) => name.includes(part))?.[1] ?? []
    assert.deepEqual(
      problems.map(({ code }) => code),
      known,
      `${name}\n${formatProblems(problems)}`,
    )
    assert.equal(virtuals.length, [...text.matchAll(/^virtual6?[ \t]*=/gm)].length)
  }
})

/** What is said of the service in the comments that has this line. The rest is understood without a word. */
const REFUSED: readonly (readonly [line: string, codes: readonly string[]])[] = [
  ['service=oracle', ['error service-unknown']],
  ['service=https', ['warning no-verify']],
  ['service=ftp', ['warning word-twice']],
  // To ldirectord what stands behind the second colon is the host: 0.0.19.196, without a port.
  ['service=sip', ['error address', 'error address', 'error address']],
]

test('each service in the comments of the sample is understood, or refused with a sentence', needs('corpus'), () => {
  const name = readdirSync(folder()).find((one) => one.includes('clusterlabs')) ?? ''
  const services = [...read(name).matchAll(/^#virtual6?.*\n(?:#\t.*\n)+/gm)].map(([text]) => text.replace(/^#/gm, ''))
  assert.ok(services.length >= 19)
  for (const text of services) {
    const { problems } = resolved(text, name)
    const known = REFUSED.find(([line]) => text.includes(line))?.[1] ?? []
    const told = problems.map(({ severity, code }) => `${severity} ${code}`)
    assert.deepEqual(told, known, `${text}\n${formatProblems(problems)}`)
    assert.ok(problems.every(({ message, hint }) => message !== '' && hint !== ''))
  }
})
