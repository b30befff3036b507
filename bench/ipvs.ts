/**
 * `npm run bench:ipvs`: how long a large table takes, in a user-mode kernel, and in a fresh network namespace of this
 * machine's kernel where that has IPVS and lets us make one. Exit status 1 if a limit of issue 4 is passed.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../test/needs.ts'
import { bootGuest } from '../test/peers/uml/boot.ts'
import { type Figures, figureLines, withinLimits } from './ipvs-figures.ts'

const guest = join(import.meta.dirname, 'ipvs.guest.ts')
/** Node's own start and the compiler's included. */
const DEADLINE = 60_000

const results = [await userMode(), here()].filter((result) => result !== null)
for (const { where, figures } of results) console.log(figureLines(where, figures).join('\n'))
if (results.length === 0 || !results.every(({ figures }) => withinLimits(figures))) process.exitCode = 1

interface Result {
  readonly where: string
  readonly figures: Figures
}

async function userMode(): Promise<Result | null> {
  const { skip } = needs('uml', 'ip')
  if (skip !== false) {
    console.log(`not in a user-mode kernel: ${skip}`)
    return null
  }
  const run = await bootGuest({ script: 'guest bench', programs: { bench: guest } })
  const text = run.file('figures.json')
  if (text === null) throw new Error(`the guest left no figures:\n${run.output}`)
  return { where: 'in a user-mode kernel', figures: JSON.parse(text) }
}

function here(): Result | null {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-bench-'))
  const file = join(directory, 'figures.json')
  try {
    const words = ['-n', process.execPath, '--import', 'tsx', guest, file]
    const run = spawnSync('unshare', words, { encoding: 'utf8', timeout: DEADLINE })
    if (run.status === 0)
      return { where: "with this machine's kernel", figures: JSON.parse(readFileSync(file, 'utf8')) }
    const why =
      /"text":"((?:[^"\\\\]|\\\\.)*)"/.exec(run.stderr)?.[1] ?? (run.stderr.trim().split('\n')[0] || String(run.error))
    console.log(`not with this machine's kernel: ${why}`)
    return null
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
