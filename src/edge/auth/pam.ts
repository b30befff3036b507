/**
 * Asks PAM whether a password is right, in a process of its own: see pam-child.ts. The password goes over a pipe, never
 * over the command line or the environment.
 */
import { askChild, programNamed } from './child.ts'
import { isPamAnswer, type PamAnswer, type PamQuestion } from './pam-words.ts'
import { turnstile } from './turnstile.ts'

/** Such processes at once, and logins that wait for one. */
const ASKED_AT_ONCE = 2
const ASKED_WAITING = 16
/** A directory server that is down, or a module that waits for a finger, has had its time after this. In milliseconds. */
export const PAM_DEADLINE = 20_000

const through = turnstile({ atOnce: ASKED_AT_ONCE, waiting: ASKED_WAITING })

/** The name of a file in /etc/pam.d, and of no other file. */
export const isPamService = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name)

/** Never rejects. `deadline` in milliseconds. */
export async function askPam(question: PamQuestion, deadline = PAM_DEADLINE): Promise<PamAnswer> {
  if (!isPamService(question.service)) return failed('pamservice is no name of a file in /etc/pam.d')
  if (question.user.includes('\0')) return { kind: 'refused', text: 'no user has such a name' }
  return (await through(() => askOnce(question, deadline))) ?? failed('too many logins wait for PAM')
}

async function askOnce(question: PamQuestion, deadline: number): Promise<PamAnswer> {
  const asked = await askChild(programNamed('pam-child'), question, deadline)
  switch (asked.kind) {
    case 'said':
      return parsed(asked.text)
    case 'late':
      return failed(`PAM did not answer within ${deadline / 1000} s`)
    case 'unstartable':
      return failed(`the process for PAM cannot be started (${asked.code})`)
  }
}

function parsed(text: string): PamAnswer {
  try {
    const answer: unknown = JSON.parse(text)
    if (isPamAnswer(answer)) return answer
  } catch {
    // Fewer words than an answer has: it ended in the middle of its work.
  }
  return failed('a PAM module ended the process that asked it')
}

const failed = (text: string): PamAnswer => ({ kind: 'failed', text })
