/** Asks the running daemon over its unix socket, and says plainly if there is none. */
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import type { Answer, Request } from '../model/request.ts'

/** How long, in milliseconds, an answer may take; the daemon answers from memory. */
const answerLimit = 15_000

export function ask(path: string, request: Request): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let text = ''
    const end = (answer: Answer): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(answerLimit, () =>
      end({ ok: false, text: `the daemon on ${path} gave no answer within ${answerLimit / 1000} s` }),
    )
    socket.on('error', (error: NodeJS.ErrnoException) => end({ ok: false, text: connectText(path, error) }))
    socket.on('close', () => end({ ok: false, text: `the daemon on ${path} hung up without an answer` }))
    socket.on('connect', () => socket.write(`${JSON.stringify({ who: whoAmI(), ...request })}\n`))
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8')
      if (text.endsWith('\n')) end(JSON.parse(text) as Answer)
    })
  })
}

/** Whether an answer says that no daemon is there to answer. */
export const isNobodyThere = (text: string): boolean => text.startsWith(NOBODY)

const NOBODY = 'no upalert is running here'

function connectText(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `${NOBODY}: nothing answers on ${path}. Start it with "upalert run -c FILE", or name its socket with --socket`
    case 'EACCES':
      return `${path} belongs to another user; run this as the user that the daemon runs as, or as root`
    default:
      return `cannot reach the daemon on ${path}: ${error.message}`
  }
}

/** Who gives the command, for the record: behind sudo the person, not root. */
function whoAmI(): string {
  const { SUDO_USER } = process.env
  try {
    return SUDO_USER ?? userInfo().username
  } catch {
    return SUDO_USER ?? `uid ${process.getuid?.() ?? '?'}`
  }
}
