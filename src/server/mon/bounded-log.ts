/** What strangers can make the daemon write to its log: shortened, and only so much of it. */
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { Bucket, type Rate } from './bucket.ts'
import type { MonDaemon } from './daemon.ts'

/** Lines about what was turned away. */
export const REFUSALS: Rate = { burst: 50, perSecond: 1 }
/** Lines about clients that come and what they ask. */
export const REQUESTS: Rate = { burst: 1000, perSecond: 50 }
/** Characters of a text from outside that are logged. */
const LOGGED = 200

export type BoundedLog = (message: SyslogMessage) => void

/** Logs, and counts what it does not log; the next line that it does says how many those were. */
export function boundedLog(daemon: Pick<MonDaemon, 'now' | 'log'>, rate: Rate): BoundedLog {
  const bucket = new Bucket(rate, daemon.now().uptime)
  let unsaid = 0
  return ({ priority, text }) => {
    if (!bucket.take(daemon.now().uptime)) {
      unsaid += 1
      return
    }
    if (unsaid > 0) daemon.log('notice', `${unsaid} more lines of this kind were not logged`)
    unsaid = 0
    daemon.log(priority, text)
  }
}

/** mon's words, and what mon does not tell behind them. */
export const withMore = ({ priority, text }: SyslogMessage, more: string): SyslogMessage => ({
  priority,
  text: `${text} (${more})`,
})

export const asLogged = (text: string): string =>
  (text.length > LOGGED ? `${text.slice(0, LOGGED)}…` : text).replace(/[\p{Cc}\u2028\u2029]/gu, '?')
