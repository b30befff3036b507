/**
 * `upalert mon -f`: the daemon in a session of its own, with its output in monerrfile. Node cannot fork, so it is started
 * once more; this process waits until that one runs, or says why it does not. Source: mon(8), "-f"; daemon(7).
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** Tells the started process that it is the one in the background. */
const MARK = 'UPALERT_BACKGROUND'
/** A start that takes longer is not waited for; a journal of many days is read first. */
const PATIENCE_MS = 300_000

/** Whether this is the process in the background; asked once, so that its children do not take themselves for it. */
export function isBackground(): boolean {
  const marked = process.env[MARK] === '1'
  delete process.env[MARK]
  return marked
}

/** Answers the exit status. */
export async function goToBackground(monerrfile: string): Promise<number> {
  let output: number
  try {
    output = openSync(monerrfile, 'a', 0o640)
  } catch (error) {
    return refused(
      `monerrfile ${monerrfile} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const [program = '', ...words] = process.argv
  const child = spawn(program, [...process.execArgv, ...words], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  })
  closeSync(output)
  const trouble = await new Promise<string | null>((resolve) => {
    const late = `it has not said for ${PATIENCE_MS / 1000} s that it runs, and goes on trying; see ${monerrfile}`
    const patience = setTimeout(() => resolve(late), PATIENCE_MS)
    const settle = (text: string | null): void => {
      clearTimeout(patience)
      resolve(text)
    }
    child.once('error', (error) => settle(error.message))
    child.once('message', (text) => settle(typeof text === 'string' ? text : null))
    child.once('exit', (status, signal) => settle(`it ended (${signal ?? `status ${status}`}); see ${monerrfile}`))
  })
  if (child.connected) child.disconnect()
  child.unref()
  return trouble === null ? 0 : refused(trouble)
}

function refused(text: string): number {
  process.stderr.write(`upalert mon did not start: ${text}\n`)
  return 1
}

/** The process in the background tells the one that waits: `null` if it runs. */
export function tellStarter(trouble: string | null): void {
  if (process.send === undefined) return
  process.send(trouble, () => {
    // Whoever waited may have gone meanwhile.
    if (process.connected) process.disconnect()
  })
}
