/** Two machines on one wire, made of network namespaces, for breaking one of them and asking the doctor there. Needs root. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Answer, Question } from './look.ts'

/** A look takes a quarter of a second; a machine that tests other things as well takes longer. */
const PATIENCE_MS = 60_000

export interface Patient {
  /** Runs shell commands there; throws with what they said if one fails. */
  sh(script: string): string
  /** What the doctor says there. */
  look(question: Question): Answer
  /** The path of a file with this text. */
  file(name: string, text: string): string
  end(): void
}

/** A namespace with eth0 = 10.1.1.2/24 and eth1 = 10.2.2.2/24 on wires to a neighbour that has .1 and .254 on each. */
export async function admit(name: string): Promise<Patient> {
  const scratch = mkdtempSync(join(tmpdir(), 'upalert-doctor-'))
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(scratch, 'node_modules'))
  const outfile = join(scratch, 'look.mjs')
  const entry = join(import.meta.dirname, 'look.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  const patient = `upd-${name}-${process.pid}`
  const neighbour = `${patient}-n`
  const end = () => {
    for (const namespace of [patient, neighbour]) spawnSync('ip', ['netns', 'del', namespace])
    rmSync(scratch, { recursive: true, force: true })
  }
  try {
    command('sh', '-ec', wires(patient, neighbour))
  } catch (error) {
    end()
    throw error
  }
  return {
    sh: (script) => command('ip', 'netns', 'exec', patient, 'sh', '-ec', script),
    look(question) {
      const words = ['netns', 'exec', patient, process.execPath, outfile, JSON.stringify(question)]
      const { stdout, stderr } = spawnSync('ip', words, { encoding: 'utf8', timeout: PATIENCE_MS })
      assert(stdout.startsWith('{'), `the doctor said nothing: ${stderr}`)
      return JSON.parse(stdout)
    },
    file(base, text) {
      const path = join(scratch, base)
      writeFileSync(path, text)
      return path
    },
    end,
  }
}

function wires(patient: string, neighbour: string): string {
  return `
for name in ${patient} ${neighbour}; do ip netns add $name; ip -n $name link set lo up; done
for number in 0 1; do
  net=10.$((number + 1)).$((number + 1))
  ip link add eth$number netns ${patient} type veth peer name eth$number netns ${neighbour}
  ip -n ${patient} addr add $net.2/24 dev eth$number
  ip -n ${neighbour} addr add $net.1/24 dev eth$number
  ip -n ${neighbour} addr add $net.254/24 dev eth$number
  ip -n ${patient} link set eth$number up
  ip -n ${neighbour} link set eth$number up
done
ip -n ${patient} route add default via 10.1.1.254
`
}

function command(...words: readonly string[]): string {
  const [program = '', ...rest] = words
  const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: 'utf8', timeout: PATIENCE_MS })
  assert(status === 0, `${words.join(' ')} ended with ${status}: ${error?.message ?? stderr}`)
  return stdout
}

/** Breaks something, expects the finding, runs the commands that are printed with it, and expects it gone. */
export function brokenAndMended(patient: Patient, question: Question, breaking: string, code: string): void {
  patient.sh(breaking)
  const found = patient.look(question).findings.filter((finding) => finding.code === code)
  assert.equal(found.length > 0, true, `nothing is found after: ${breaking}`)
  for (const { mend, text } of found) {
    assert.notEqual(mend.length, 0, `no command mends: ${text}`)
    for (const line of mend) patient.sh(line)
  }
  const after = patient.look(question).findings.filter((finding) => finding.code === code)
  assert.deepEqual(after, [], 'it is still found after the printed commands')
}
