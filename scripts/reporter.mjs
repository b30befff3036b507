/**
 * A node:test reporter that writes one JSON object a line, for scripts/test-file.mjs to read: what began, what ended
 * and how. Written as things happen, so that it also tells what a file was doing when it hung.
 */
import { inspect } from 'node:util'

export default async function* lines(source) {
  for await (const { type, data } of source) {
    const line = lineOf(type, data)
    if (line !== null) yield `${JSON.stringify(line)}\n`
  }
}

function lineOf(type, data) {
  switch (type) {
    // `test:start` comes in the order of the file and so tells which test is inside which; the other two tell the time.
    case 'test:start':
      return { kind: 'listed', name: data.name, nesting: data.nesting }
    case 'test:dequeue':
      return { kind: 'began', name: data.name, nesting: data.nesting }
    case 'test:complete':
      return { kind: 'ended', name: data.name, nesting: data.nesting }
    case 'test:pass':
      return { kind: 'passed', ...about(data) }
    case 'test:fail':
      return { kind: 'failed', ...about(data), ...failure(data.details.error) }
    case 'test:diagnostic':
      // An error after the end of a test belongs to no test; Node reports it as a remark on the file.
      return data.message.includes('after the test ended') ? { kind: 'stray', message: data.message } : null
    default:
      return null
  }
}

function about({ name, nesting, skip, details }) {
  const skipped = skip !== undefined && skip !== false
  return { name, nesting, suite: details.type === 'suite', skip: skipped ? String(skip) : null }
}

/** `inner`: failed only because something inside it did, which has its own line. */
function failure(error) {
  const inner = error?.failureType === 'subtestsFailed'
  return { inner, error: inner ? '' : wording(error?.cause ?? error) }
}

/** Lines of the stack that lie in Node itself help nobody. */
function wording(error) {
  const text = error?.code === 'ERR_ASSERTION' ? (error.stack ?? error.message) : inspect(error, { depth: 6 })
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:/.test(line))
    .join('\n')
}
