/**
 * The system's own users, asked in a process of its own: see account-child.ts. Whatever nsswitch.conf(5) names is asked,
 * and a directory that is down may take a minute to say so. That minute must cost a login, and nothing else: on Node's
 * four threads, which also write the journal, a few logins would stop every alert, and the daemon could not end.
 */
import { type Account, type AccountQuestion, isAccount } from './account-words.ts'
import { type Asked, askChild, programNamed } from './child.ts'
import { turnstile } from './turnstile.ts'

/** Such processes at once, and logins that wait for one. */
const ASKED_AT_ONCE = 2
const ASKED_WAITING = 16
/** A directory that is down has had its time after this. In milliseconds. */
const ACCOUNT_DEADLINE = 10_000
/** login(1) takes shorter ones still. */
const LONGEST_NAME = 256

/** `deadline` in milliseconds. Never rejects. */
type Ask = (question: AccountQuestion, deadline: number) => Promise<Asked>

/** `today`: seconds since 1970, for accounts that have run out. `deadline` in milliseconds. Never rejects. */
type UserDatabase = (name: string, today: number, deadline?: number) => Promise<Account>

/** `ask` stands in for the process in tests. */
export function userDatabase(ask: Ask): UserDatabase {
  const through = turnstile({ atOnce: ASKED_AT_ONCE, waiting: ASKED_WAITING })
  /** Somebody has waited in vain, and nobody has had an answer since. */
  let silent = false
  let underWay = 0

  /** While it is silent one login at a time finds out whether it still is; others learn at once that it was. */
  async function askOnce(question: AccountQuestion, deadline: number): Promise<Account> {
    if (silent && underWay > 0) return failed(SILENT)
    underWay += 1
    try {
      const asked = await ask(question, deadline)
      if (asked.kind !== 'unstartable') silent = asked.kind === 'late'
      return accountIn(asked)
    } finally {
      underWay -= 1
    }
  }

  return async (name, today, deadline = ACCOUNT_DEADLINE) => {
    if (name === '' || name.length > LONGEST_NAME || name.includes('\0')) return { kind: 'none' }
    if (silent && underWay > 0) return failed(SILENT)
    const account = await through(() => askOnce({ name, today }, deadline))
    return account ?? failed('too many logins wait for the user database')
  }
}

/** One for the whole daemon, so that its limits are too. */
export const accountOf = userDatabase((question, deadline) =>
  askChild(programNamed('account-child'), question, deadline),
)

const SILENT = 'the user database does not answer'

function accountIn(asked: Asked): Account {
  switch (asked.kind) {
    case 'said':
      return parsed(asked.text)
    case 'late':
      return failed(SILENT)
    case 'unstartable':
      return failed(`the process for the user database cannot be started (${asked.code})`)
  }
}

function parsed(text: string): Account {
  try {
    const account: unknown = JSON.parse(text)
    if (isAccount(account)) return account
  } catch {
    // Fewer words than an answer has: it ended in the middle of its work.
  }
  return failed('a name service ended the process that asked it')
}

const failed = (text: string): Account => ({ kind: 'failed', text })
