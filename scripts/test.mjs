/**
 * What `npm test` runs: every *.test.ts under test/, or the files and directories given as arguments, each in a process
 * of its own. Prints a line for each file, failures in full, then what was skipped with the one command that provides all
 * of it, and at last "N passed, N failed". Exit status 1 on any failure, and when there was no test at all.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tooOld } from './node-version.mjs'
import { skipped } from './skipped.mjs'
import { runFile } from './test-file.mjs'

// Spelled so that even a Node too old for the rest gets as far as the sentence that says so.
const root = fileURLToPath(new URL('..', import.meta.url))
/** A file that takes longer hangs. Seconds in UPALERT_TEST_DEADLINE; milliseconds here. */
const DEADLINE = Number(process.env.UPALERT_TEST_DEADLINE ?? 180) * 1000
/** Files at once: more than a few only make tests with real peers wait for each other. */
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()))

process.exitCode = await main(process.argv.slice(2))

async function main(args) {
  const reason = tooOld()
  if (reason !== null) return complain(reason)
  const { files, unknown } = find(args)
  if (unknown.length > 0) return complain(`No test file or directory of tests is called ${unknown.join(', ')}.`)

  const began = performance.now()
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort())
  const results = await runAll(files, interrupt.signal)
  if (interrupt.signal.aborted) return complain('Interrupted; the tests that were running have been ended.', 130)
  return summary(results, performance.now() - began)
}

async function runAll(files, signal) {
  const reports = mkdtempSync(join(tmpdir(), 'upalert-test-'))
  const queue = files.map((file, index) => ({ file, reportPath: join(reports, `${index}.jsonl`) }))
  const results = []
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      const result = strict(await runFile({ root, ...next, deadline: DEADLINE, signal }))
      if (signal.aborted) return
      results.push(result)
      print(result)
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
  return results
}

/**
 * With UPALERT_NO_SKIP=1 a skip is a failure. What UPALERT_MAY_SKIP excuses, needs() has judged: whatever it still
 * skips is worded "needs …".
 */
function strict(result) {
  if (process.env.UPALERT_NO_SKIP !== '1') return result
  const excused = ({ text }) => (process.env.UPALERT_MAY_SKIP ?? '') !== '' && text.startsWith('needs ')
  const forbidden = result.skips.filter((skip) => !excused(skip))
  const failures = forbidden.map(({ title, text }) => ({
    title,
    text: `skipped, which UPALERT_NO_SKIP=1 forbids: ${text}`,
  }))
  return { ...result, skips: result.skips.filter(excused), failures: [...result.failures, ...failures] }
}

function print({ file, passed, failures, skips, output, took }) {
  const word = failures.length > 0 ? 'FAIL' : 'ok  '
  console.log(`${word} ${file}: ${counts(passed, failures.length, skips.length)} (${(took / 1000).toFixed(1)} s)`)
  for (const { title, text } of failures) console.log(`\n  ✗ ${title}${text === '' ? '' : `\n${indented(text, 4)}`}`)
  if (failures.length > 0 && output.trim() !== '') console.log(`\n  ${file} printed:\n${indented(output.trimEnd(), 4)}`)
  if (failures.length > 0) console.log('')
}

function summary(results, took) {
  const sum = (count) => results.reduce((total, result) => total + count(result), 0)
  const passed = sum((result) => result.passed)
  const failed = sum((result) => result.failures.length)
  const skips = results.flatMap(({ file, skips }) => skips.map((skip) => ({ file, ...skip })))
  console.log(`\n${results.length} files in ${(took / 1000).toFixed(1)} s`)
  if (skips.length > 0) console.log(`\n${skipped(skips)}`)
  if (failed > 0) console.log(`\nFailed:\n${indented(failedTitles(results), 2)}`)
  if (passed + failed + skips.length === 0) console.log('\nNo test was run.')
  console.log(`\n${counts(passed, failed, skips.length)}`)
  return failed > 0 || passed === 0 ? 1 : 0
}

function failedTitles(results) {
  return results.flatMap(({ file, failures }) => failures.map(({ title }) => `${file}: ${title}`)).join('\n')
}

function counts(passed, failed, skips) {
  return `${passed} passed, ${failed} failed${skips > 0 ? `, ${skips} skipped` : ''}`
}

function indented(text, by) {
  return text.replace(/^(?=.)/gm, ' '.repeat(by))
}

function complain(sentence, status = 1) {
  console.error(sentence)
  return status
}

/** Arguments may be written from the root or from test/, with or without ".test.ts". */
function find(args) {
  if (args.length === 0) return { files: inOrder(under(join(root, 'test'))), unknown: [] }
  const found = args.map((arg) => ({ arg, files: named(arg) }))
  const unknown = found.filter(({ files }) => files.length === 0).map(({ arg }) => `"${arg}"`)
  return { files: inOrder([...new Set(found.flatMap(({ files }) => files))]), unknown }
}

function named(arg) {
  for (const base of [process.cwd(), root, join(root, 'test')]) {
    for (const path of [resolve(base, arg), `${resolve(base, arg)}.test.ts`]) {
      const files = under(path)
      if (files.length > 0) return files
    }
  }
  return []
}

function under(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return path.endsWith('.test.ts') ? [relative(root, path)] : []
  return readdirSync(path).flatMap((name) => under(join(path, name)))
}

/** Tests with real peers take longest, so they begin first; otherwise by name. */
function inOrder(files) {
  const late = (file) => (file.startsWith('test/peers/') ? 0 : 1)
  return files.sort((a, b) => late(a) - late(b) || a.localeCompare(b))
}
