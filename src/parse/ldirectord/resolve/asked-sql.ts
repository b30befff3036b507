/** A statement that a database must answer with a row. Source: ldirectord(8), "service", "login", "database", "request". */
import { spanOf } from '../words.ts'
import type { Around } from './around.ts'
import { type Asked, type Asking, seconds, wordsOf } from './asked.ts'

/** `null` after a mistake, which is then in the report. */
export function sqlAsked(asking: Asking, { report }: Around): Asked | null {
  const { virtual, service, port, timeout, request } = asking
  const { settings, keyword } = virtual
  const at = settings.service?.at ?? keyword
  if (service === 'oracle') {
    const message = 'upalert has no check of Oracle databases'
    const hint = 'write checktype = connect, or checktype = external with a program that asks the database'
    report.error('service-unknown', spanOf(at), message, hint)
    return null
  }
  for (const name of ['login', 'request'] as const) {
    if (settings[name] !== undefined || (name === 'request' && request !== '')) continue
    report.error(
      `${name}-missing`,
      spanOf(at),
      `a check of ${service} needs ${name}`,
      `write ${name} = "…" in the service`,
    )
    return null
  }
  const { login, passwd, database } = settings
  const options = {
    port,
    timeout: seconds(timeout),
    login: login?.value ?? '',
    ...(passwd === undefined ? {} : { password: passwd.value }),
    ...(database === undefined ? {} : { database: database.value }),
    request,
  }
  return { module: service, options, words: wordsOf(asking) }
}
