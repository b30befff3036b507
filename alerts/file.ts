/**
 * Adds a line to a file for each alert: text, or JSON for programs. Sent: the line is on the disk. After a crash a line may
 * come twice; its id says so.
 * Source: mon's file.alert for the idea; logrotate(8), which may move the file away at any time.
 */
import { appendLines } from '../src/edge/files/log-line.ts'
import type { Alert, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { alertJson, omittedJson } from '../src/wire/alert-json.ts'
import { alertLine, beyondLines, isoTime, linesOf } from '../src/wire/alert-line.ts'

export interface FileOptions {
  readonly path: string
  readonly json?: boolean
}

/** linux/limits.h PATH_MAX, with its end. */
const LONGEST_PATH = 4095

export const file: Alert<FileOptions> = {
  name: 'file',
  deed: 'adds a line to a file',
  schema: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: 'the file; it is made if it is missing, its directory is not',
        pattern: '^/[^\\u0000]*[^/\\u0000]$',
        form: 'an absolute path of a file',
        maxLength: LONGEST_PATH,
      },
      json: { type: 'boolean', description: 'each line is an object of JSON' },
    },
    required: ['path'],
    additionalProperties: false,
  },
  flags: { f: 'path', j: 'json' },
  rest: null,
  receiver: ({ path }) => path,
  line: ({ path }) => path,

  async send(message, options, context): Promise<AlertOutcome> {
    const { path } = options
    if (context.signal.aborted) return failed('nothing was written: the attempt was broken off before it began')
    const writing = appendLines(path, linesFor(message, options, context.mail.hostname))
    const trouble = await Promise.race([writing, brokenOff(context.signal, path)])
    return trouble === null ? { kind: 'sent', text: `written to ${path}` } : failed(trouble)
  },

  render: (message, options, context) => linesFor(message, options, context.mail.hostname),
}

function linesFor(message: AlertMessage, { json = false }: FileOptions, director: string): string {
  const lines = linesOf(message).map((one) =>
    json ? alertJson(one) : `${isoTime(one.at)} ${alertLine(one, director)}`,
  )
  const more = beyondLines(message)
  if (more === 0) return lines.join('\n')
  const said = json
    ? omittedJson(message.at, more)
    : `${isoTime(message.at)} ${more} more alerts, of which no more is said`
  return [...lines, said].join('\n')
}

/** A disk that hangs cannot be called back: the line may still be written later, and then a second time. */
const brokenOff = (signal: AbortSignal, path: string): Promise<string> =>
  new Promise((settle) => {
    signal.addEventListener('abort', () => settle(`${path} was not written to in time: the disk hangs`), { once: true })
  })

const failed = (text: string): AlertOutcome => ({ kind: 'failed', retry: true, text })
