/** What the real ldirectord says of lines and files, and what upalert does. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatProblems } from '../../../src/parse/problem.ts'
import { needs } from '../../needs.ts'
import { files, globally, inService, type Snippet } from './snippets.ts'
import { resolved } from './world.ts'

/** A missing real server is told of in each of these, and is not what they are about. */
const OTHERS = new Set(['service-empty', 'no-check'])

const whole: readonly (Snippet & { readonly text: string })[] = [
  ...inService.map((one) => ({ ...one, text: `virtual=192.0.2.1:80\n\t${one.line}\n` })),
  ...globally.map((one) => ({ ...one, text: `${one.line}\nvirtual=192.0.2.1:80\n\tscheduler=rr\n` })),
  ...files.map((one) => ({ ...one, text: one.line })),
]

for (const { line, text, ours } of whole) {
  const meant = ours === 'nothing' ? 'is fine' : ours === 'warning' ? 'is read with a warning' : 'is refused'
  test(`${JSON.stringify(line)} ${meant}`, () => {
    const problems = resolved(text).problems.filter(({ code }) => !OTHERS.has(code))
    const severities = new Set(problems.map(({ severity }) => severity))
    const says = severities.has('error') ? 'error' : severities.has('warning') ? 'warning' : 'nothing'
    assert.equal(says, ours, formatProblems(problems))
  })
}

/** A director's ipvsadm must not be touched: with -d the one in the current directory is taken. */
function folderWithIpvsadm(): string {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-ldirectord-'))
  writeFileSync(join(folder, 'ipvsadm'), '#!/bin/sh\nexit 0\n')
  chmodSync(join(folder, 'ipvsadm'), 0o755)
  return folder
}

const DEADLINE = 60_000
/** As many at a time as two processors start without standing in each other's way. */
const AT_ONCE = 4
const STOPPED = 3
const REFUSED = 2

/** It reads its file before it says whether it runs: status 3, or 2 after a mistake. */
function theirs(text: string, path: string, cwd: string): Promise<{ says: Snippet['ldirectord']; output: string }> {
  writeFileSync(path, text)
  return new Promise((settle, reject) => {
    const options = {
      cwd,
      encoding: 'utf8',
      timeout: DEADLINE,
      // Without PERLIO it starts itself a second time.
      env: { ...process.env, PERLIO: 'perlio', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    } as const
    execFile('ldirectord', ['-d', path, 'status'], options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`
      const status = error?.code ?? 0
      if (status !== STOPPED && status !== REFUSED) reject(new Error(`ldirectord ended with ${status}: ${output}`))
      else settle({ says: status === STOPPED ? 'takes' : 'refuses', output })
    })
  })
}

/** All that it takes in one file, so that it is started less often; a mistake in any would be one in all. */
const together = [
  inService
    .filter(({ ldirectord }) => ldirectord === 'takes')
    .map(({ line }, i) => `virtual=192.0.2.${i + 1}:80\n\t${line}\n`)
    .join(''),
  `${globally
    .filter(({ ldirectord }) => ldirectord === 'takes')
    .map(({ line }) => `${line}\n`)
    .join('')}virtual=192.0.2.1:80\n\tscheduler=rr\n`,
]

const each = (tables: readonly (readonly Snippet[])[]) =>
  whole.filter(
    (one) => tables.some((table) => table.some(({ line }) => line === one.line)) && one.ldirectord === 'refuses',
  )

const vectors: readonly (readonly [
  name: string,
  list: readonly (Pick<Snippet, 'line' | 'ldirectord'> & { readonly text: string })[],
])[] = [
  ['takes what the table says it takes', together.map((text) => ({ line: text, text, ldirectord: 'takes' }))],
  ['refuses the lines that the table says it refuses', each([inService, globally])],
  ['says of each file what the table says', whole.filter(({ line }) => files.some((file) => file.line === line))],
]
for (const [name, list] of vectors) {
  test(`ldirectord ${name}`, needs('ldirectord'), async () => {
    const folder = folderWithIpvsadm()
    try {
      const wrong: string[] = []
      const left = [...list.entries()]
      const work = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const [i, { line, text, ldirectord }] = next
          const { says, output } = await theirs(text, join(folder, `${i}.cf`), folder)
          if (says !== ldirectord) wrong.push(`${JSON.stringify(line)}: ${says}\n${output}`)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      assert.ok(list.length > 0)
      assert.deepEqual(wrong, [])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
