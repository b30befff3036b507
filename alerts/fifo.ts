/**
 * Writes a line to a named pipe for each change, in keepalived's words, for a program that reads them in order.
 * Sent: the line is in the pipe; whether anybody reads it, nobody knows. Failed: the pipe is full, or what stands at the
 * path is none. Both are tried again for an hour: who reads a pipe wants what is, and not what was.
 * Source: keepalived.conf(5), notify_fifo, lvs_notify_fifo; keepalived 2.2.7 seen running. keepalived loses silently what
 * does not fit.
 */
import { clock } from '../src/edge/clock.ts'
import { LINE_MOST_BYTES, openFifo, writeLine } from '../src/edge/fifo/fifo.ts'
import { accountOf, groupProperty } from '../src/edge/program/account.ts'
import { type Alert, type AlertMessage, type AlertOutcome, isFailing } from '../src/model/alert.ts'
import { durationText } from '../src/model/duration.ts'
import { minutes } from '../src/model/units.ts'

export interface FifoOptions {
  readonly path: string
  readonly user?: string
  readonly group?: string
}

/** Without a limit, a reader that is gone for good would fill the outbox, and keep mails out of it. */
const LINE_PATIENCE = minutes(60)

export const fifo: Alert<FifoOptions> = {
  name: 'fifo',
  deed: 'writes a line to a named pipe',
  schema: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: 'the pipe, by its absolute path; made if it is missing',
        pattern: '^/',
        form: 'an absolute path, such as /run/upalert/notify.fifo',
      },
      user: { type: 'string', minLength: 1, description: 'whom it belongs to if it is made: a name, or UID:GID' },
      group: groupProperty,
    },
    required: ['path'],
    additionalProperties: false,
  },
  flags: {},
  rest: null,
  receiver: ({ path }) => path,
  line: ({ path }) => path,

  async send(message, { path, user, group }): Promise<AlertOutcome> {
    const as = accountOf(user, group)
    const owner = as === null || typeof as === 'string' ? null : { ...as, groupReads: group !== undefined }
    const unknown = typeof as === 'string' ? [`its owner is ours: ${as}`] : []
    const line = lineOf(message)
    if (line === null) return { kind: 'sent', text: `wrote nothing to ${path}: "${message.kind}" changes no state` }
    if (message.kind === 'test' || message.isTest === true) {
      const opened = openFifo(path, owner)
      if (opened.kind === 'refused') return failed(opened.text, message)
      return sent(`wrote nothing to ${path}, which is there: its reader would take a test for the truth`, unknown)
    }

    const written = writeLine(path, line, owner)
    switch (written.kind) {
      case 'written':
        return sent(`wrote "${line}" to ${path}`, [...unknown, written.remark])
      case 'full':
        return failed(`${path} is full: nobody reads it; see that its reader runs`, message)
      case 'refused':
        return failed(written.text, message)
      case 'too-long':
        return {
          kind: 'failed',
          retry: false,
          text: `the line is longer than the ${LINE_MOST_BYTES} bytes a pipe takes`,
        }
    }
  },
}

/** A service of a mon.cf has no line of keepalived's, and gets one of the same form. `null`: there is none to write. */
function lineOf({ line, kind, isTest, group, service }: AlertMessage): string | null {
  const isUp = kind === 'up'
  const state = isUp ? 'UP' : isFailing(kind) || kind === 'test' || isTest === true ? 'DOWN' : null
  const text = line ?? (state === null ? null : `SERVICE ${group}/${service} ${state}`)
  // One message is one line, whatever names are in it.
  return text === null ? null : text.replace(/[\p{C}\u2028\u2029]/gu, '?')
}

const sent = (text: string, remarks: readonly string[]): AlertOutcome => ({
  kind: 'sent',
  text: [text, ...remarks.filter((remark) => remark !== '')].join('; '),
})

function failed(text: string, { at }: AlertMessage): AlertOutcome {
  if (clock.wall() - at < LINE_PATIENCE) return { kind: 'failed', retry: true, text }
  return { kind: 'failed', retry: false, text: `${text}; a line is kept for ${durationText(LINE_PATIENCE)}` }
}
