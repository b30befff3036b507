/**
 * Runs one test file in a process of its own and tells what came of it. A file that hangs is ended at its deadline and
 * counts as failed, and so does one that leaves processes behind or registers no test.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { endAll, familyOf } from './processes.mjs'

/** What a file prints is shown when it fails; the last so many characters are kept. */
const OUTPUT_LIMIT = 20_000
/** How long processes that a file started may take to end after it, in milliseconds. */
const LEFTOVER_GRACE = 3_000
const LEFTOVER_LOOK_EVERY = 50

/** `failures` and `skips` are `{ title, text }`. */
export async function runFile({ root, file, reportPath, deadline, signal }) {
  const began = performance.now()
  const { code, output, hung, leftovers } = await runChild({ root, file, reportPath, deadline, signal })
  const report = readReport(reportPath)
  const extra = []
  if (hung) extra.push({ title: `did not end within ${deadline / 1000} s, and was ended`, text: running(report) })
  if (leftovers.length > 0)
    extra.push({ title: 'left processes running, which were ended', text: leftovers.join('\n') })
  if (!hung && !signal.aborted) extra.push(...unexplained(code, report))
  const failures = [...report.failures, ...extra]
  return { file, passed: report.passed, skips: report.skips, failures, output, took: performance.now() - began }
}

async function runChild({ root, file, reportPath, deadline, signal }) {
  const mark = `UPALERT_TEST_RUN=${process.pid}.${file}`
  const seeded = process.env.UPALERT_SEED === undefined ? [] : ['--import', seedUrl]
  const args = [
    '--import',
    'tsx',
    ...seeded,
    `--test-reporter=${reporterUrl}`,
    `--test-reporter-destination=${reportPath}`,
    file,
  ]
  // A session of its own, so that whatever it starts can be found and ended with it.
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: environment(mark),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const keep = (chunk) => {
    output = (output + chunk).slice(-OUTPUT_LIMIT)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)

  let hung = false
  const timer = setTimeout(() => {
    hung = true
    endAll(familyOf(child.pid, mark))
  }, deadline)
  const stop = () => endAll(familyOf(child.pid, mark))
  signal.addEventListener('abort', stop)
  // `exit`, not `close`: a process left behind would hold the pipes open for ever.
  const code = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (status, by) => resolve(status ?? by))
  })
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)
  const leftovers = await endLeftovers(child.pid, mark, hung || signal.aborted)
  child.stdout.destroy()
  child.stderr.destroy()
  return { code, output, hung, leftovers: hung || signal.aborted ? [] : leftovers }
}

const seedUrl = new URL('./seed.mjs', import.meta.url).href
const reporterUrl = new URL('./reporter.mjs', import.meta.url).href

/** Colours off, since picocolors colours whenever CI is set; and no trace of a node:test that may have started us. */
function environment(mark) {
  const [name, value] = mark.split('=')
  const env = { ...process.env, NO_COLOR: '1', [name]: value }
  delete env.FORCE_COLOR
  delete env.NODE_TEST_CONTEXT
  return env
}

async function endLeftovers(pid, mark, atOnce) {
  const until = performance.now() + (atOnce ? 0 : LEFTOVER_GRACE)
  let found = familyOf(pid, mark)
  while (found.length > 0 && performance.now() < until) {
    await pause(LEFTOVER_LOOK_EVERY)
    found = familyOf(pid, mark)
  }
  endAll(found)
  return found.map(({ pid, command }) => `process ${pid}: ${command}`)
}

function readReport(path) {
  const report = { passed: 0, failures: [], skips: [], strays: [], open: new Map(), results: 0 }
  const above = []
  for (const line of linesOf(path)) {
    if (line.kind === 'listed') above[line.nesting] = line.name
    else if (line.kind === 'began') count(report.open, line.name, 1)
    else if (line.kind === 'ended') count(report.open, line.name, -1)
    else if (line.kind === 'stray') report.strays.push(line.message)
    else note(report, line, [...above.slice(0, line.nesting), line.name].join(' > '))
  }
  return report
}

function note(report, line, title) {
  report.results++
  if (line.kind === 'failed' && !line.inner) report.failures.push({ title, text: line.error })
  else if (line.skip !== null) report.skips.push({ title, text: line.skip })
  else if (line.kind === 'passed' && !line.suite) report.passed++
}

/** A file that was ended in the middle may leave half a line. */
function linesOf(path) {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // It never came as far as the reporter; its exit status says so.
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)]
    } catch {
      return []
    }
  })
}

function count(open, name, by) {
  open.set(name, (open.get(name) ?? 0) + by)
}

function running(report) {
  const names = [...report.open].filter(([, open]) => open > 0).map(([name]) => name)
  return names.length > 0
    ? `running at that time: ${names.join('; ')}`
    : 'no test was running: something keeps Node alive'
}

/** What no test's own result tells: an error outside all tests, a crash, a file without tests. */
function unexplained(code, report) {
  if (report.strays.length > 0) return [{ title: 'an error after the end of a test', text: report.strays.join('\n') }]
  if (code !== 0 && report.failures.length === 0) return [{ title: `the file ended with ${code}`, text: '' }]
  return report.results === 0 ? [{ title: 'registers no test', text: '' }] : []
}
