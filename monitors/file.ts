/**
 * Reads a number from a file, for each host the same: another program's word on whether a real server shall be used, and
 * how much. With a weight the number times the weight is added to the real server's; without one any number but 0 is down.
 * Source: keepalived.conf(5), FILE_CHECK and track_file; what 2.2.7 does.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export interface FileOptions {
  readonly path: string
  readonly weight?: number
  readonly reverse?: boolean
}

/** Room for the longest number that makes sense, its sign, and blanks around it. */
const MOST_BYTES = 128
/** A product of this or less is down: the least number of 32 bits. */
const DOWN = -2_147_483_648
const MOST = 2_147_483_647
const QUOTED = 40

export const file: Monitor<FileOptions> = {
  name: 'file',
  question: 'which number stands in this file?',
  schema: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        pattern: '^/[^\\0]*$',
        form: 'a path that begins with a slash',
        description: 'file that holds one whole number; a missing or empty one counts as 0',
      },
      weight: {
        type: 'integer',
        minimum: -MOST,
        maximum: MOST,
        default: 0,
        description: 'the number times this is added to the weight; with 0 any number but 0 is down',
      },
      reverse: { type: 'boolean', default: false, description: 'subtract instead of adding' },
    },
    required: ['path'],
    additionalProperties: false,
  },
  flags: {},
  rest: null,
  async check(hosts, options, context) {
    const outcome = outcomeOf(await numberIn(options.path), options)
    return eachHost(hosts, context.timeout, context, async () => outcome)
  },
}

type Read = { readonly kind: 'number'; readonly value: number } | { readonly kind: 'failed'; readonly text: string }

async function numberIn(path: string): Promise<Read> {
  const failed = (why: string): Read => ({ kind: 'failed', text: `could not be checked: ${path} ${why}` })
  try {
    // A named pipe without a writer would otherwise be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if (!(await handle.stat()).isFile()) return failed('is no ordinary file')
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1, 0)
      return (
        numberOf(buffer.toString('latin1', 0, bytesRead)) ??
        failed(`holds "${first(buffer, bytesRead)}", which is no whole number`)
      )
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return code === 'ENOENT' ? { kind: 'number', value: 0 } : failed(`cannot be read (${code})`)
  }
}

function numberOf(text: string): Read | null {
  if (text.length > MOST_BYTES) return null
  const [word = '', ...more] = text.trim().split(/\s+/)
  if (word === '') return { kind: 'number', value: 0 }
  return /^[+-]?\d{1,20}$/.test(word) && more.length === 0 ? { kind: 'number', value: Number(word) } : null
}

const first = (bytes: Buffer, length: number): string => oneLine(bytes.toString('utf8', 0, length), QUOTED)

function outcomeOf(read: Read, { path, weight = 0, reverse = false }: FileOptions): Outcome {
  if (read.kind === 'failed') return { kind: 'unknown', code: 'bad-file', text: read.text }
  const { value } = read
  if (weight === 0) {
    return value === 0
      ? { kind: 'up', text: `is up by the word of ${path}` }
      : { kind: 'down', code: 'file-says-down', text: `is down by the word of ${path}, which holds ${value}` }
  }
  const product = Math.min(MOST, value * weight * (reverse ? -1 : 1))
  if (product <= DOWN) {
    return {
      kind: 'down',
      code: 'file-says-down',
      text: `is down by the word of ${path}: ${value} times ${weight} is too low`,
    }
  }
  const added = product === 0 ? 0 : product
  const text = `is up by the word of ${path}, which adds ${added} to its weight`
  return { kind: 'up', text, share: { kind: 'plus', value: added } }
}
