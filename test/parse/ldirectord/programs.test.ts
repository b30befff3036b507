/** What the real ldirectord hands to checkcommand and fallbackcommand, and what upalert does. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { needs } from '../../needs.ts'
import { first, sound } from './world.ts'

/** The words that the options of a module hold as its command. */
function commandOf(options: unknown): readonly string[] {
  assert.ok(typeof options === 'object' && options !== null && 'command' in options && Array.isArray(options.command))
  return options.command.map(String)
}

/** With -d the ipvsadm in the current directory is taken, so that no table of this machine is touched. */
function folderWith(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-ldirectord-'))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((settle) => child.once('exit', () => settle()))
  child.kill('SIGTERM')
  await gone
}

/** Its programs say what they hear on standard error, which is ldirectord's. */
async function heard(text: string, folder: string, wanted: readonly string[]): Promise<ReadonlySet<string>> {
  writeFileSync(join(folder, 'a.cf'), text)
  const env = { ...process.env, PERLIO: 'perlio', PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
  const child = spawn('ldirectord', ['-d', join(folder, 'a.cf'), 'start'], { cwd: folder, env })
  const said = new Set<string>()
  child.stdout.resume()
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith('heard ')) said.add(line)
      if (wanted.every((one) => said.has(one))) break
    }
  } finally {
    await ended(child)
  }
  return said
}

const vectors: readonly (readonly [name: string, head: string, real: string])[] = [
  ['an address', 'virtual=192.0.2.1:8080', 'real=127.0.0.1:8097 gate'],
  ['a real server without a port', 'virtual=192.0.2.1:8080', 'real=127.0.0.1 gate'],
  ['UDP', 'virtual=192.0.2.1:53', 'real=127.0.0.1:53 gate'],
  ['a mark', 'virtual=7', 'real=127.0.0.1 gate'],
  ['IPv6', 'virtual6=[2001:db8::1]:80', 'real6=[2001:db8::2]:81 masq'],
]

for (const [name, head, real] of vectors) {
  test(`of ${name} programs hear from ldirectord what they hear from upalert`, needs('ldirectord'), async () => {
    const echo = 'echo "heard $0 $*" >&2'
    const folder = folderWith({ ipvsadm: 'exit 0', check: `${echo}\nexit 1`, fallback: echo })
    try {
      const lines = [real, 'checktype=external', `checkcommand=${folder}/check`, `fallbackcommand=${folder}/fallback`]
      const text = `checkinterval=1\n${head}\n${lines.map((line) => `\t${line}\n`).join('')}`
      const warnings = /:80[0-9]+ gate/.test(real) ? ['real-port'] : []
      const { services, virtuals } = sound(text, warnings)
      const { notices } = first(virtuals)
      const commands = [first(services).monitor?.options, first(notices.down).options, first(notices.up).options]
      const wanted = commands.map((options) => `heard ${commandOf(options).join(' ')}`)
      const said = await heard(text, folder, wanted)
      assert.deepEqual(
        wanted.filter((one) => !said.has(one)),
        [],
        [...said].join('\n'),
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
