/** keepalived.conf -> Model -> keepalived.conf -> Model, and what the real keepalived says of the text in between. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alerts } from '../../../alerts/index.ts'
import { monitors } from '../../../monitors/index.ts'
import { emptyModel } from '../../../src/model/empty-model.ts'
import type { Model } from '../../../src/model/model.ts'
import { joined } from '../../../src/parse/director/join.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import { parseMon } from '../../../src/parse/mon.ts'
import { formatProblems, type Problem } from '../../../src/parse/problem.ts'
import { settingsOf } from '../../../src/parse/resolve.ts'
import { keepalivedText } from '../../../src/write/keepalived/keepalived-text.ts'
import { textOf } from '../../../src/write/written.ts'

export interface Read {
  readonly model: Model
  readonly problems: readonly Problem[]
}

/** As the daemon reads a keepalived.conf by itself on the host host1. */
export function readKeepalived(text: string, file = 'keepalived.conf'): Read {
  const part = resolveKeepalived(parseKeepalived({ file, text }, { id: 'host1' }), {
    monitors,
    alerts,
    scriptAccount: null,
  })
  const settings = settingsOf(parseMon({ file, text: '' }), { environment: {}, hostname: 'host1' })
  return { model: joined(emptyModel(settings), [part], new Set()).model, problems: part.problems }
}

export const sound = (text: string): Model => {
  const { model, problems } = readKeepalived(text)
  const errors = problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors, [], `${formatProblems(errors)}\n${text}`)
  return model
}

/** `losses` and warnings are told to the caller; the rest must hold of every Model. */
export function written(model: Model): { readonly text: string; readonly losses: readonly string[] } {
  const { lines, losses } = keepalivedText(model, { file: 'mon.cf' })
  return { text: textOf({ lines }), losses: losses.map(({ text, why }) => `${text}: ${why}`) }
}

const DEADLINE = 20_000

/** What `keepalived -t` complains of; scripts that are not there, or not safe, are no matter of the text. */
export function complaints(texts: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'upalert-keepalived-'))
  try {
    return texts.flatMap((text) => {
      const path = join(folder, 'keepalived.conf')
      writeFileSync(path, text)
      const pids = ['-p', '-r', '-c'].flatMap((flag) => [flag, join(folder, `pid${flag}`)])
      const run = spawnSync('keepalived', ['-t', '-f', path, ...pids], { encoding: 'utf8', timeout: DEADLINE })
      assert.equal(run.error, undefined)
      const said = `${run.stdout}${run.stderr}`.split('\n').filter((line) => line !== '' && !ABOUT_SCRIPTS.test(line))
      // A keepalived that ends by a signal has not looked at the whole file.
      return said.length === 0 && run.signal === null
        ? []
        : [`status ${run.status} ${run.signal}\n${said.join('\n')}\n${text}`]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ABOUT_SCRIPTS =
  /SECURITY VIOLATION|^(?:WARNING - )?(?:.*script|Unable to access script|Disabling .*script|check script)/i
